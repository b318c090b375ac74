import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import * as names from "../../base/diagnostics/catalogue/names.ts";
import * as shapes from "../../base/diagnostics/catalogue/shapes.ts";
import type { Span } from "../../base/source.ts";
import { textOf } from "../../base/source.ts";
import * as Dims from "../../ir/dim.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { Value } from "../../typed/program.ts";
import { printType } from "./agreement.ts";
import { applyActivation, applyLayer, countStage } from "./apply.ts";
import type { StageUse } from "./apply.ts";
import { applyBlock } from "./block.ts";
import { bindName, document } from "./body-names.ts";
import { calculate, compare, negated } from "./calculate.ts";
import {
  calledFunction,
  member,
  refuseCall,
  refuseOutside,
  refuseSeveral,
  tensor,
  tensorsOf,
  unbound,
} from "./calls.ts";
import type { CompileValue, Declaration, InferTensor, Scope } from "./context.ts";
import { count, snippet } from "./describe.ts";
import { broken, newElaboration, pathTo, rootFrame } from "./elaboration.ts";
import type { Frame } from "./elaboration.ts";
import { defineArguments } from "./define-arguments.ts";
import { condition, enter, evaluate } from "./evaluate.ts";
import { child, lookup } from "./lookup.ts";
import { mentionsTensor } from "./mentions.ts";
import { arithmetic, asTensor, callFunction, negative, select } from "./operands.ts";
import { inferRule, makeParameter } from "./owned.ts";
import { recordStage } from "./record.ts";
import { turnsOf } from "./repeat.ts";
import { copyTurn, markOf, turnSince, type Turn } from "./repetition.ts";
import { meaningOf } from "./stages.ts";
import type { StageMeaning } from "./stages.ts";

/** A flow, arithmetic or call over tensors outside of models: the operands of losses and metrics. */
export const inferTensor: InferTensor = (context, scope, expression) => {
  const frame = rootFrame(newElaboration({ bodiless: true }), context, scope);
  return asTensor(frame, inferExpression(frame, scope, expression));
};

/** What an expression of a body comes to: tensors, or else what it is at compile time. */
function inferExpression(
  frame: Frame,
  scope: Scope,
  expression: Ast.Expression,
): CompileValue | undefined {
  if (!mentionsTensor(scope, expression) && !mayBeLater(frame, scope, expression))
    return evaluate(frame.context, scope, expression);
  switch (expression.kind) {
    case "group":
      return inferGroup(frame, scope, expression);
    case "reference":
      return inferReference(frame, scope, expression);
    case "unary":
      return inferUnary(frame, scope, expression);
    case "binary":
      return inferBinary(frame, scope, expression);
    case "conditional":
      return inferConditional(frame, scope, expression);
    case "flow":
      return inferFlow(frame, scope, expression);
    default:
      return evaluate(frame.context, scope, expression);
  }
}

/** A name that is bound to nothing yet is looked at here, so that it can be said whether it comes too early. */
function mayBeLater(frame: Frame, scope: Scope, expression: Ast.Expression): boolean {
  return (
    expression.kind === "reference" &&
    !lookup(scope, expression.path[0]!.text) &&
    !frame.elaboration.bodiless
  );
}

function inferGroup(frame: Frame, scope: Scope, expression: Ast.Group): CompileValue | undefined {
  const [first, ...others] = expression.arguments;
  if (first && others.length === 0 && !first.name)
    return inferExpression(frame, scope, first.value);
  const items = expression.arguments.map(({ name, value }) => ({
    ...(name && { name }),
    value: inferExpression(frame, scope, value),
  }));
  if (items.some(({ value }) => value === undefined)) return undefined;
  return {
    kind: "tuple",
    items: items as readonly { readonly name?: Ast.Name; readonly value: CompileValue }[],
    span: expression.span,
  };
}

function inferReference(
  frame: Frame,
  scope: Scope,
  expression: Ast.Reference,
): CompileValue | undefined {
  const { path, span } = expression;
  const first = path[0]!;
  const binding = lookup(scope, first.text);
  if (expression.arguments !== undefined && path.length === 1)
    return inferCall(frame, scope, expression, expression.arguments);
  if (!binding) return unbound(frame, scope, path);
  if (binding.kind !== "value" || path.length === 1)
    return evaluate(frame.context, scope, expression);
  return member(frame, binding.value, path, span);
}

/** `abs(a - b)`, `soft_cap(x, 3)`: functions, activations without parameters and definitions may be called on values. */
function inferCall(
  frame: Frame,
  scope: Scope,
  expression: Ast.Reference,
  written: readonly Ast.Argument[],
): CompileValue | undefined {
  const name = expression.path[0]!;
  const definition = lookup(scope, name.text)
    ? undefined
    : frame.context.library.find("function", name.text);
  const meaning: StageMeaning | undefined =
    definition?.kind === "function"
      ? { kind: "function", definition }
      : callable(frame, scope, expression);
  if (!meaning) return undefined;
  if (meaning.kind === "layer" || meaning.kind === "block")
    return refuseCall(frame, scope, expression, written, meaning);
  if (meaning.kind === "define")
    return callDefine(frame, scope, meaning.declaration, written, expression.span);
  const operands = written.map(({ value }) =>
    asTensor(frame, inferExpression(frame, scope, value)),
  );
  if (operands.includes(undefined)) return undefined;
  const found = operands as readonly Value[];
  if (meaning.kind === "function")
    return calledFunction(frame, meaning.definition, found, expression, written);
  const stage: StageUse = {
    name,
    written: undefined,
    scope,
    path: pathTo(frame.prefix, name.text),
    automatic: true,
    span: expression.span,
    inputs: found,
  };
  if (found.length === 1)
    return tensor(applyActivation(frame, meaning.definition, stage), expression.span);
  const instead = `${snippet(written[0]!.span)} -> ${name.text}(${written
    .slice(1)
    .map(({ span }) => snippet(span))
    .join(", ")})`;
  frame.context.report(
    diagnostic(names.ownsParameters, name.span, {
      name: name.text,
      what: "has settings besides its operand",
      instead,
    }),
  );
  return undefined;
}

/** What a name that is called on values stands for; one that is nothing at all is an unknown name. */
function callable(frame: Frame, scope: Scope, expression: Ast.Reference): StageMeaning | undefined {
  return meaningOf(frame.context, scope, expression.path[0]!);
}

/** A definition on values: its first parameter is what it is applied to. */
function callDefine(
  frame: Frame,
  scope: Scope,
  declaration: Declaration & { readonly item: Ast.DefineItem },
  written: readonly Ast.Argument[],
  at: Span,
  applied?: Value,
): CompileValue | undefined {
  const { item } = declaration;
  const context = enter(frame.context, item, item.name.text, at);
  if (!context) return undefined;
  const inside = { ...frame, context };
  const values = defineArguments({ outer: frame, inner: inside }, scope, declaration, written, at, {
    applied,
    infer: inferExpression,
  });
  const found = values && inferExpression({ ...inside, later: new Set() }, values, item.body);
  return found && ({ ...found, span: at } as CompileValue);
}

function inferUnary(frame: Frame, scope: Scope, expression: Ast.Unary): CompileValue | undefined {
  const found = inferExpression(frame, scope, expression.operand);
  if (!found) return undefined;
  if (found.kind !== "tensor")
    return expression.operator === "-"
      ? negated(frame.context, found, expression.span)
      : evaluate(frame.context, scope, expression);
  const operand = asTensor(frame, found);
  if (!operand) return undefined;
  if (expression.operator === "-")
    return tensor(negative(frame, operand, expression.span), expression.span);
  return joined(frame, "not", expression.span);
}

function joined(frame: Frame, operator: string, at: Span): undefined {
  frame.context.report(
    diagnostic(shapes.wrongOperand, at, {
      operator,
      expected: "conditions that are decided before training",
      found: "a mask; nest `if … then … else …` in its place",
    }),
  );
  return undefined;
}

function inferBinary(frame: Frame, scope: Scope, expression: Ast.Binary): CompileValue | undefined {
  const { operator, span } = expression;
  if (operator === "and" || operator === "or") return joined(frame, operator, span);
  const left = inferExpression(frame, scope, expression.left);
  const right = inferExpression(frame, scope, expression.right);
  if (!left || !right) return undefined;
  if (
    left.kind !== "tensor" &&
    right.kind !== "tensor" &&
    left.kind !== "tuple" &&
    right.kind !== "tuple"
  ) {
    const isArithmetic =
      operator === "+" ||
      operator === "-" ||
      operator === "*" ||
      operator === "/" ||
      operator === "^";
    return isArithmetic
      ? calculate(frame.context, expression, left, right)
      : compare(frame.context, scope, expression, left, right);
  }
  const a = asTensor(frame, left);
  const b = asTensor(frame, right);
  return a && b && tensor(arithmetic(frame, expression, a, b), span);
}

/** Decided at compile time, or place by place where the test is one of tensors. */
function inferConditional(
  frame: Frame,
  scope: Scope,
  expression: Ast.Conditional,
): CompileValue | undefined {
  if (!mentionsTensor(scope, expression.condition)) {
    const decided = condition(frame.context, scope, expression.condition, "if");
    return decided === undefined
      ? undefined
      : inferExpression(frame, scope, decided ? expression.then : expression.else);
  }
  const parts = [expression.condition, expression.then, expression.else].map((part) =>
    asTensor(frame, inferExpression(frame, scope, part)),
  );
  const [test, first, second] = parts;
  if (!test || !first || !second) return undefined;
  if (test.type.element.kind === "bool")
    return tensor(select(frame, test, first, second, expression.span), expression.span);
  frame.context.report(
    diagnostic(shapes.wrongElement, expression.condition.span, {
      where: "`if`",
      expected: "a mask such as `x > 0`",
      found: printType(test.type),
    }),
  );
  return undefined;
}

/** `source -> stage -> stage`. After a stage that fails, only the names of the others are looked at. */
function inferFlow(frame: Frame, scope: Scope, flow: Ast.Flow): CompileValue | undefined {
  let current = inferExpression(frame, scope, flow.source);
  for (const stage of flow.stages) {
    current = current ? applyStage(frame, scope, stage, current) : lookOnly(frame, scope, stage);
    if (stage.alias)
      bindName(frame, stage.alias, current ?? { kind: "tensor", value: broken, span: stage.span });
  }
  return current;
}

function lookOnly(frame: Frame, scope: Scope, stage: Ast.Stage): undefined {
  if (!frame.shared.has(stage.call.name.text)) meaningOf(frame.context, scope, stage.call.name);
  return undefined;
}

/** A stage as often as `repeat` says: `name[1]`, `name[2]`, …. */
function applyStage(
  frame: Frame,
  scope: Scope,
  stage: Ast.Stage,
  input: CompileValue,
): CompileValue | undefined {
  const { recording } = frame.context;
  if (!recording) return applyTurns(frame, scope, stage, input);
  const start = frame.elaboration.weights.size;
  const found = applyTurns(frame, scope, stage, input);
  recordStage(recording, frame, stage, { scope, input, found, start });
  return found;
}

function applyTurns(
  frame: Frame,
  scope: Scope,
  stage: Ast.Stage,
  input: CompileValue,
): CompileValue | undefined {
  const name = frame.stageNames.get(stage) ?? stage.alias?.text ?? stage.call.name.text;
  if (!stage.repeat) return applyOnce(frame, scope, stage, input, name);
  const turns = turnsOf(frame, scope, stage.repeat);
  if (!turns) return undefined;
  const index = stage.repeat.index;
  const copyable = index === undefined && !frame.shared.has(stage.call.name.text);
  let last: Turn | undefined;
  let current: CompileValue | undefined = input;
  for (const [place, turn] of turns.entries()) {
    const path = `${name}[${place + 1}]`;
    const copy: CompileValue | undefined =
      last && copyTurn(frame, last, pathTo(frame.prefix, path), current);
    if (copy) {
      current = copy;
      continue;
    }
    const inside = index
      ? child(scope, [
          [
            index.text,
            {
              kind: "value",
              value: { kind: "size", dim: Dims.size(turn), span: index.span },
              span: index.span,
            },
          ],
        ])
      : scope;
    const mark = copyable ? markOf(frame.elaboration) : undefined;
    const found = applyOnce(frame, inside, stage, current, path);
    if (!found) return undefined;
    last = mark && turnSince(frame, mark, pathTo(frame.prefix, path), current, found);
    current = found;
  }
  return current;
}

function applyOnce(
  frame: Frame,
  scope: Scope,
  stage: Ast.Stage,
  input: CompileValue,
  name: string,
): CompileValue | undefined {
  const shared = frame.shared.get(stage.call.name.text);
  if (shared) return applyShared(frame, scope, stage, input, shared);
  const meaning = meaningOf(frame.context, scope, stage.call.name);
  if (!meaning || !countStage(frame, stage.span)) return undefined;
  return applyMeaning(frame, scope, meaning, input, {
    call: stage.call,
    path: pathTo(frame.prefix, name),
    automatic: stage.alias === undefined,
    span: stage.span,
  });
}

interface Occasion {
  readonly call: Ast.Call;
  readonly path: string;
  readonly automatic: boolean;
  readonly span: Span;
  readonly documentation?: string;
}

function applyMeaning(
  frame: Frame,
  scope: Scope,
  meaning: StageMeaning,
  input: CompileValue,
  occasion: Occasion,
): CompileValue | undefined {
  const { call, span } = occasion;
  const inputs = tensorsOf(frame, input);
  if (!inputs) return undefined;
  const brought = call.arguments === undefined ? meaning.brought : undefined;
  const written = brought?.written ?? call.arguments;
  const use: StageUse = {
    ...occasion,
    name: call.name,
    written,
    scope: brought?.scope ?? scope,
    inputs: inputs.map(({ value }) => value),
  };
  if (frame.elaboration.bodiless && (meaning.kind === "layer" || meaning.kind === "block"))
    return refuseOutside(frame, call.name);
  switch (meaning.kind) {
    case "layer":
      return tensor(applyLayer(frame, meaning.definition, use), span);
    case "activation":
      return tensor(applyActivation(frame, meaning.definition, use), span);
    case "function":
      return functionStage(frame, meaning.definition, use);
    case "define":
      return use.inputs.length === 1
        ? callDefine(frame, use.scope, meaning.declaration, written ?? [], span, use.inputs[0])
        : refuseSeveral(frame, call.name, use.inputs.length);
    case "block":
      return applyBlock(frame, meaning.declaration, { ...use, named: inputs, body: inferBody });
  }
}

function functionStage(
  frame: Frame,
  definition: Extract<StageMeaning, { kind: "function" }>["definition"],
  use: StageUse,
): CompileValue | undefined {
  const written = use.written ?? [];
  const others = written.map(({ value }) =>
    asTensor(frame, inferExpression(frame, use.scope, value)),
  );
  if (others.includes(undefined)) return undefined;
  const operands = [...use.inputs, ...(others as readonly Value[])];
  const { name, variadic } = definition;
  if (variadic ? operands.length >= 2 : operands.length === definition.operands.length) {
    return tensor(
      callFunction(
        frame,
        definition,
        operands,
        use.span,
        use.inputs.map(() => use.span).concat(written.map(({ span }) => span)),
      ),
      use.span,
    );
  }
  const problem = `\`${name}\` takes ${variadic ? "2 values or more" : count(definition.operands.length, "value")}, found ${operands.length}`;
  frame.context.report(
    diagnostic(names.wrongArguments, use.span, {
      name,
      problem,
      write: `${name}(${definition.operands.join(", ")})`,
    }),
  );
  return undefined;
}

/** A shared stage: made at its first use, the same one ever after. */
function applyShared(
  frame: Frame,
  scope: Scope,
  stage: Ast.Stage,
  input: CompileValue,
  shared: { readonly statement: Ast.Shared; used: boolean },
): CompileValue | undefined {
  const { statement } = shared;
  if (stage.call.arguments) {
    frame.context.report(
      diagnostic(names.wrongArguments, stage.call.span, {
        name: stage.call.name.text,
        problem: "the arguments of a shared stage are given where it is made",
        write: textOf(statement.span),
      }),
    );
    return undefined;
  }
  const meaning = meaningOf(frame.context, scope, statement.call.name);
  if (!meaning || !countStage(frame, stage.span)) return undefined;
  const reuse = frame.reuse || shared.used;
  shared.used = true;
  const { documentation } = statement;
  const path = pathTo(frame.prefix, statement.name.text);
  return applyMeaning({ ...frame, reuse }, scope, meaning, input, {
    call: statement.call,
    path,
    automatic: false,
    span: stage.span,
    ...(documentation === undefined ? {} : { documentation }),
  });
}

/** The statements of a body in order; what it returns. */
export function inferBody(
  frame: Frame,
  body: readonly Ast.Statement[],
  at: Span,
): CompileValue | undefined {
  let result: { readonly value: CompileValue | undefined } | undefined;
  for (const statement of body) {
    if (statement.kind === "return") {
      const found = inferExpression(frame, frame.scope, statement.value);
      const value = found && ({ ...found, span: statement.value.span } as CompileValue);
      document(found, statement.documentation);
      if (result)
        frame.context.report(
          diagnostic(shapes.secondReturn, statement.span, { owner: frame.owner.name }),
        );
      else result = { value };
    } else inferStatement(frame, statement);
  }
  if (!result)
    frame.context.report(diagnostic(shapes.missingReturn, at, { owner: frame.owner.name }));
  return result?.value;
}

function inferStatement(frame: Frame, statement: Exclude<Ast.Statement, Ast.Return>): void {
  switch (statement.kind) {
    case "binding": {
      const found = inferExpression(frame, frame.scope, statement.value);
      document(found, statement.documentation);
      return bindName(
        frame,
        statement.name,
        found ?? { kind: "tensor", value: broken, span: statement.span },
      );
    }
    case "shared":
      frame.shared.set(statement.name.text, { statement, used: false });
      return;
    case "parameter":
      return inferParameter(frame, statement);
    case "rule":
      return inferRule(frame, statement);
  }
}

/** `parameter position: f32[t: 64, c: 192] = normal(0.02)`. */
function inferParameter(frame: Frame, statement: Ast.ParameterStatement): void {
  const value = makeParameter(frame, statement);
  bindName(frame, statement.name, { kind: "tensor", value: value ?? broken, span: statement.span });
}
