import type { CstNode } from "chevrotain";
import { cover, type Span } from "../../base/source.ts";
import type {
  Argument,
  Binary,
  Call,
  Expression,
  Operator,
  Range,
  Reference,
  Repeat,
  Stage,
} from "../ast.ts";
import { textValue } from "../lexer/text.ts";
import type { Token } from "../tokens.ts";
import {
  nameIn,
  nameOf,
  node,
  nodes,
  optionalName,
  spanOf,
  spanOfToken,
  tokenOf,
  tokens,
  type BuildContext,
} from "./context.ts";
import { buildNumber } from "./number.ts";

type Build = (context: BuildContext, of: CstNode) => Expression;

/** Where recovery found no expression: an empty group, so that every tree is complete. */
function missing(span: Span): Expression {
  return { kind: "group", arguments: [], span: { ...span, end: span.start } };
}

/** The expression under a name of `parent`, or an empty one. */
export function expressionIn(
  context: BuildContext,
  parent: CstNode,
  name: string,
  index = 0,
): Expression {
  const found = nodes(parent, name)[index];
  return found
    ? builders[name as keyof typeof builders](context, found)
    : missing(spanOf(context, parent));
}

const builders = {
  value: buildValue,
  expression: buildExpression,
  default: buildExpression,
  condition: buildExpression,
  choice: buildChoice,
  both: buildBoth,
  negation: buildNegation,
  comparison: buildComparison,
  span: buildSpan,
  sum: buildSum,
  product: buildProduct,
  sign: buildSign,
  power: buildPower,
  atom: buildAtom,
} satisfies Record<string, Build>;

function buildValue(context: BuildContext, of: CstNode): Expression {
  const parts = nodes(of, "expression");
  if (parts.length < 2) return expressionIn(context, of, "expression");
  return {
    kind: "sequence",
    span: spanOf(context, of),
    parts: parts.map((part) => buildExpression(context, part)),
  };
}

export function buildExpression(context: BuildContext, of: CstNode): Expression {
  if (of.children["IfWord"]) return buildConditional(context, of);
  const source = expressionIn(context, of, "choice");
  const stages = nodes(of, "stage").map((stage) => buildStage(context, stage));
  return stages.length === 0 ? source : { kind: "flow", span: spanOf(context, of), source, stages };
}

function buildConditional(context: BuildContext, of: CstNode): Expression {
  return {
    kind: "conditional",
    span: spanOf(context, of),
    condition: expressionIn(context, of, "expression", 0),
    then: expressionIn(context, of, "expression", 1),
    else: expressionIn(context, of, "expression", 2),
  };
}

function buildStage(context: BuildContext, of: CstNode): Stage {
  const call = node(of, "call");
  const name = nameIn(context, of, "alias");
  return {
    span: spanOf(context, of),
    ...(of.children["RepeatWord"] ? { repeat: buildRepeat(context, of) } : {}),
    call: call
      ? buildCall(context, call)
      : { name: { text: "", span: name.span }, span: name.span },
    ...optionalName(context, of, "alias", "alias"),
  };
}

/** `repeat 3`, `repeat i in 1 .. n`; its span ends with the count. */
function buildRepeat(context: BuildContext, of: CstNode): Repeat {
  const count = expressionIn(context, of, "span");
  const word = tokenOf(of, "RepeatWord");
  return {
    span: word ? cover(spanOfToken(context, word), count.span) : count.span,
    ...optionalName(context, of, "index", "index"),
    count,
  };
}

export function buildCall(context: BuildContext, of: CstNode): Call {
  return { span: spanOf(context, of), name: nameIn(context, of), ...argumentsIn(context, of) };
}

/** Empty parentheses mean what none mean. */
function argumentsIn(
  context: BuildContext,
  of: CstNode,
): { readonly arguments?: readonly Argument[] } {
  const group = node(of, "group");
  const written = group ? buildArguments(context, group) : [];
  return written.length === 0 ? {} : { arguments: written };
}

function buildArguments(context: BuildContext, group: CstNode): readonly Argument[] {
  return nodes(group, "argument").map((argument) => ({
    span: spanOf(context, argument),
    ...optionalName(context, argument, "Identifier", "name"),
    value: expressionIn(context, argument, "value"),
  }));
}

function buildChoice(context: BuildContext, of: CstNode): Expression {
  return leftToRight(context, of, "both", tokens(of, "OrWord"));
}

function buildBoth(context: BuildContext, of: CstNode): Expression {
  return leftToRight(context, of, "negation", tokens(of, "AndWord"));
}

function buildSum(context: BuildContext, of: CstNode): Expression {
  return leftToRight(context, of, "product", tokens(of, "operator"));
}

function buildProduct(context: BuildContext, of: CstNode): Expression {
  return leftToRight(context, of, "sign", tokens(of, "operator"));
}

/** `a - b - c` is `(a - b) - c`. */
function leftToRight(
  context: BuildContext,
  of: CstNode,
  name: "both" | "negation" | "product" | "sign",
  operators: readonly Token[],
): Expression {
  const [first, ...rest] = nodes(of, name).map((operand) => builders[name](context, operand));
  const start = first ?? missing(spanOf(context, of));
  return rest.reduce((left, right, index) => {
    const operator = operators[index];
    return operator ? binary(context, operator, left, right) : left;
  }, start);
}

function binary(
  context: BuildContext,
  operator: Token,
  left: Expression,
  right: Expression,
): Binary {
  return {
    kind: "binary",
    span: cover(left.span, right.span),
    operator: operator.image as Operator,
    operatorSpan: spanOfToken(context, operator),
    left,
    right,
  };
}

function buildNegation(context: BuildContext, of: CstNode): Expression {
  const operand = expressionIn(context, of, "comparison");
  return of.children["NotWord"]
    ? { kind: "unary", operator: "not", span: spanOf(context, of), operand }
    : operand;
}

function buildComparison(context: BuildContext, of: CstNode): Expression {
  const left = expressionIn(context, of, "span");
  const operator = tokenOf(of, "Compare");
  return operator ? binary(context, operator, left, expressionIn(context, of, "span", 1)) : left;
}

export function buildSpan(context: BuildContext, of: CstNode): Expression {
  const from = expressionIn(context, of, "sum");
  if (!of.children["Range"]) return from;
  return {
    kind: "range",
    span: spanOf(context, of),
    from,
    to: expressionIn(context, of, "sum", 1),
  } satisfies Range;
}

function buildSign(context: BuildContext, of: CstNode): Expression {
  const operand = expressionIn(context, of, "power");
  return of.children["Minus"]
    ? { kind: "unary", operator: "-", span: spanOf(context, of), operand }
    : operand;
}

/** `a ^ b ^ c` is `a ^ (b ^ c)`: the exponent is a sign. */
function buildPower(context: BuildContext, of: CstNode): Expression {
  const base = expressionIn(context, of, "atom");
  const operator = tokenOf(of, "Power");
  return operator ? binary(context, operator, base, expressionIn(context, of, "sign")) : base;
}

function buildAtom(context: BuildContext, of: CstNode): Expression {
  const number = tokenOf(of, "Number");
  if (number) return buildNumber(context, number);
  const text = tokenOf(of, "Text");
  if (text) return { kind: "text", span: spanOfToken(context, text), value: textValue(text.image) };
  const group = node(of, "group");
  if (group)
    return {
      kind: "group",
      span: spanOf(context, group),
      arguments: buildArguments(context, group),
    };
  const reference = node(of, "reference");
  return reference ? buildReference(context, reference) : missing(spanOf(context, of));
}

function buildReference(context: BuildContext, of: CstNode): Reference {
  const path = tokens(of, "Identifier").map((token) => nameOf(context, token));
  return {
    kind: "reference",
    span: spanOf(context, of),
    path: path.length === 0 ? [nameIn(context, of)] : path,
    ...argumentsIn(context, of),
  };
}
