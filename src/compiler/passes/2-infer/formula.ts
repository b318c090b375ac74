import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import * as messages from "../../base/diagnostics/catalogue/arguments.ts";
import type { Span } from "../../base/source.ts";
import { suggest } from "../../base/suggest.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { Formula } from "../../typed/program.ts";
import { numberOf } from "./argument-values.ts";
import { unknownItem } from "./arguments.ts";
import type { Context, Scope } from "./context.ts";
import { describeValue, snippet } from "./describe.ts";
import { evaluate, reportUnknown } from "./evaluate.ts";
import { lookup } from "./lookup.ts";

/** What the names inside a scalar formula stand for. */
export interface FormulaNames {
  readonly variables: ReadonlyMap<string, Formula>;
  /** Reads what the formula's owner knows and plain formulas do not (`train.loss`, `10 minutes`); undefined: not its own. */
  readonly leaf?: (expression: Ast.Expression) => Formula | "reported" | undefined;
  /** What is being read, for messages: "the formula of `function`". */
  readonly name: string;
  /** How many definitions deep the reading is. */
  readonly depth?: number;
}

/** A scalar expression over named variables; hypers, dims and definitions are put in. Undefined when it was reported. */
export function toFormula(
  context: Context,
  scope: Scope,
  expression: Ast.Expression,
  names: FormulaNames,
): Formula | undefined {
  const own = names.leaf?.(expression);
  if (own !== undefined) return own === "reported" ? undefined : own;
  const all = (operator: Operator, ...operands: readonly Ast.Expression[]) =>
    apply(context, scope, operator, operands, names);
  switch (expression.kind) {
    case "group":
      if (expression.arguments.length === 1 && !expression.arguments[0]!.name)
        return toFormula(context, scope, expression.arguments[0]!.value, names);
      return refuse(context, expression, names);
    case "unary":
      return all(expression.operator === "-" ? "negate" : "not", expression.operand);
    case "binary":
      return all(expression.operator, expression.left, expression.right);
    case "conditional":
      return all("if", expression.condition, expression.then, expression.else);
    case "reference":
      return ofReference(context, scope, expression, names);
    case "flow":
      return ofFlow(context, scope, expression, names);
    default:
      return constant(context, scope, expression, names);
  }
}

type Operator = Extract<Formula, { kind: "apply" }>["operator"];

function apply(
  context: Context,
  scope: Scope,
  operator: Operator,
  written: readonly Ast.Expression[],
  names: FormulaNames,
): Formula | undefined {
  const operands = written.map((operand) => toFormula(context, scope, operand, names));
  if (operands.includes(undefined)) return undefined;
  return { kind: "apply", operator, operands: operands.filter((operand) => operand !== undefined) };
}

function refuse(
  context: Context,
  expression: Ast.Expression,
  names: FormulaNames,
  found?: string,
): undefined {
  context.report(
    diagnostic(messages.wrongKindOfValue, expression.span, {
      name: names.name,
      expected: "a formula of numbers",
      found: found ?? `\`${snippet(expression.span)}\``,
    }),
  );
  return undefined;
}

function constant(
  context: Context,
  scope: Scope,
  expression: Ast.Expression,
  names: FormulaNames,
): Formula | undefined {
  const value = evaluate(context, scope, expression);
  if (!value) return undefined;
  if (value.kind === "word" && value.path.length === 1) {
    reportUnknown(context, scope, value.path);
    return undefined;
  }
  const number = numberOf(value);
  return number === undefined
    ? refuse(context, expression, names, describeValue(value, expression.span))
    : { kind: "number", value: number };
}

function ofReference(
  context: Context,
  scope: Scope,
  reference: Ast.Reference,
  names: FormulaNames,
): Formula | undefined {
  const variable =
    reference.path.length === 1 ? names.variables.get(reference.path[0]!.text) : undefined;
  if (variable && reference.arguments === undefined) return variable;
  if (reference.arguments === undefined || reference.path.length !== 1)
    return constant(context, scope, reference, names);
  const operands = reference.arguments.map((argument) => ({
    ...argument,
    formula: toFormula(context, scope, argument.value, names),
  }));
  if (operands.some((operand) => operand.formula === undefined)) return undefined;
  return call(context, scope, reference.path[0]!, operands as readonly WrittenOperand[], names);
}

interface WrittenOperand {
  readonly name?: Ast.Name;
  readonly span: Span;
  readonly formula: Formula;
}

/** `x -> tanh -> soft_cap(5)`: each stage is applied to what comes before it. */
function ofFlow(
  context: Context,
  scope: Scope,
  flow: Ast.Flow,
  names: FormulaNames,
): Formula | undefined {
  let current = toFormula(context, scope, flow.source, names);
  for (const stage of flow.stages) {
    if (!current) return undefined;
    if (stage.repeat) return refuse(context, flow, names);
    const rest = (stage.call.arguments ?? []).map((argument) => ({
      ...argument,
      formula: toFormula(context, scope, argument.value, names),
    }));
    if (rest.some((operand) => operand.formula === undefined)) return undefined;
    const operands = [
      { span: stage.span, formula: current },
      ...(rest as readonly WrittenOperand[]),
    ];
    current = call(context, scope, stage.call.name, operands, names);
  }
  return current;
}

function call(
  context: Context,
  scope: Scope,
  name: Ast.Name,
  operands: readonly WrittenOperand[],
  names: FormulaNames,
): Formula | undefined {
  const binding = lookup(scope, name.text);
  if (binding?.kind === "declaration" && binding.declaration.item.kind === "define") {
    context.use(binding.span);
    return inline(
      context,
      binding.declaration.item,
      binding.declaration.scope,
      operands,
      name.span,
      names,
    );
  }
  const definition = context.library.find("function", name.text);
  if (definition?.kind !== "function") {
    context.report(unknownItem(context, "function", name));
    return undefined;
  }
  const [least, most] =
    definition.variadic === true
      ? [2, Infinity]
      : [definition.operands.length, definition.operands.length];
  if (operands.length >= least && operands.length <= most)
    return {
      kind: "call",
      function: definition,
      operands: operands.map((operand) => operand.formula),
    };
  context.report(
    diagnostic(messages.wrongLength, name.span, {
      name: definition.name,
      expected: least,
      found: operands.length,
    }),
  );
  return undefined;
}

/** The body of a definition with its parameters replaced by what it is applied to. */
function inline(
  context: Context,
  item: Ast.DefineItem,
  scope: Scope,
  operands: readonly WrittenOperand[],
  at: Span,
  names: FormulaNames,
): Formula | undefined {
  const depth = (names.depth ?? 0) + 1;
  if (depth > 64) return refuse(context, item.body, names, "a definition that uses itself");
  const bound = bindParameters(context, item, scope, operands, at, { ...names, depth });
  return (
    bound && toFormula(context, scope, item.body, { variables: bound, name: names.name, depth })
  );
}

/** A definition used as a schedule or penalty: `applied` is its first parameter, the arguments are the rest. */
export function applyDefinition(
  context: Context,
  scope: Scope,
  item: Ast.DefineItem,
  itemScope: Scope,
  written: readonly Ast.Argument[] | undefined,
  at: Span,
): { readonly variable: string; readonly expression: Formula } | undefined {
  const variable = item.parameters[0]?.name.text;
  if (variable === undefined) {
    context.report(
      diagnostic(messages.missingArgument, at, {
        owner: item.name.text,
        name: "x",
        summary: "what the definition is applied to",
        example: `define ${item.name.text}(x) = …`,
      }),
    );
    return undefined;
  }
  const names: FormulaNames = { variables: new Map(), name: item.name.text };
  const rest = (written ?? []).map((argument) => ({
    ...argument,
    formula: toFormula(context, scope, argument.value, names),
  }));
  if (rest.some((operand) => operand.formula === undefined)) return undefined;
  const applied: WrittenOperand = { span: at, formula: { kind: "variable", name: variable } };
  const expression = inline(
    context,
    item,
    itemScope,
    [applied, ...(rest as readonly WrittenOperand[])],
    at,
    names,
  );
  return expression && { variable, expression };
}

function bindParameters(
  context: Context,
  item: Ast.DefineItem,
  scope: Scope,
  operands: readonly WrittenOperand[],
  at: Span,
  names: FormulaNames,
): ReadonlyMap<string, Formula> | undefined {
  const owner = item.name.text;
  const known = item.parameters.map((parameter) => parameter.name.text);
  const bound = new Map<string, Formula>();
  const fail = (finding: ReturnType<typeof diagnostic>) => {
    context.report(finding);
    return undefined;
  };
  for (const [index, operand] of operands.entries()) {
    const name = operand.name?.text ?? known[index];
    if (name === undefined)
      return fail(
        diagnostic(messages.tooManyArguments, operand.span, {
          owner,
          limit: known.length,
          found: operands.length,
          named: [],
        }),
      );
    if (!known.includes(name))
      return fail(
        diagnostic(messages.unknownArgument, operand.name?.span ?? operand.span, {
          owner,
          name,
          known,
          suggestion: suggest(name, known),
        }),
      );
    if (bound.has(name))
      return fail(diagnostic(messages.duplicateArgument, operand.span, { owner, name }));
    bound.set(name, operand.formula);
  }
  for (const parameter of item.parameters) {
    if (bound.has(parameter.name.text)) continue;
    if (!parameter.default)
      return fail(
        diagnostic(messages.missingArgument, at, {
          owner,
          name: parameter.name.text,
          summary: "a parameter of the definition",
          example: `${owner}(${known.join(", ")})`,
        }),
      );
    const value = toFormula(context, scope, parameter.default, { ...names, variables: bound });
    if (!value) return undefined;
    bound.set(parameter.name.text, value);
  }
  return bound;
}
