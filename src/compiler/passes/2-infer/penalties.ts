import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import { notAPenalty } from "../../base/diagnostics/catalogue/rules.ts";
import type { Span } from "../../base/source.ts";
import type { Use } from "../../library/arguments.ts";
import type { RegularizerDefinition } from "../../library/definition.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { Penalty } from "../../typed/program.ts";
import { numberOf } from "./argument-values.ts";
import { useOf } from "./arguments.ts";
import type { CompileValue, Context, Scope } from "./context.ts";
import { describeValue, snippet } from "./describe.ts";
import { evaluate } from "./evaluate.ts";
import { applyDefinition } from "./formula.ts";
import { lookup } from "./lookup.ts";

/** A term of a penalty and where it stands. */
export interface PenaltyTerm {
  readonly penalty: Penalty;
  readonly span: Span;
}

/** `l1(1e-5) + 0.5 * l2(1e-4)` as its terms; `none` is the empty list. Undefined when it was reported. */
export function readPenalties(
  context: Context,
  scope: Scope,
  expression: Ast.Expression,
  factor = 1,
): readonly PenaltyTerm[] | undefined {
  const read = (part: Ast.Expression, times = factor) => readPenalties(context, scope, part, times);
  switch (expression.kind) {
    case "group":
      return expression.arguments.length === 1 && !expression.arguments[0]!.name
        ? read(expression.arguments[0]!.value)
        : refuse(context, expression);
    case "binary": {
      if (expression.operator === "+") {
        const [left, right] = [read(expression.left), read(expression.right)];
        return left && right && [...left, ...right];
      }
      if (expression.operator === "*") {
        const [number, term] = isNumeric(scope, expression.left)
          ? [expression.left, expression.right]
          : [expression.right, expression.left];
        if (!isNumeric(scope, number)) return refuse(context, expression);
        const value = readFactor(context, scope, number);
        return value === undefined ? undefined : read(term, factor * value);
      }
      return refuse(context, expression);
    }
    case "conditional": {
      const condition = evaluate(context, scope, expression.condition);
      if (!condition) return undefined;
      if (condition.kind !== "switch") return refuse(context, expression.condition);
      return read(condition.value ? expression.then : expression.else);
    }
    case "reference": {
      const value = evaluate(context, scope, expression);
      return value && readTerm(context, scope, value, expression.span, factor);
    }
    default:
      return refuse(context, expression);
  }
}

function refuse(context: Context, expression: Ast.Expression, found?: string): undefined {
  context.report(
    diagnostic(notAPenalty, expression.span, { found: found ?? `\`${snippet(expression.span)}\`` }),
  );
  return undefined;
}

function readFactor(
  context: Context,
  scope: Scope,
  expression: Ast.Expression,
): number | undefined {
  const value = evaluate(context, scope, expression);
  if (!value) return undefined;
  return numberOf(value) ?? refuse(context, expression, describeValue(value, expression.span));
}

function readTerm(
  context: Context,
  scope: Scope,
  value: CompileValue,
  at: Span,
  factor: number,
): readonly PenaltyTerm[] | undefined {
  if (
    value.kind === "word" &&
    value.path.length === 1 &&
    value.path[0]!.text === "none" &&
    value.arguments === undefined
  )
    return [];
  if (value.kind === "declaration" && value.declaration.item.kind === "define") {
    const { item, scope: itemScope } = value.declaration;
    const applied = applyDefinition(context, value.scope, item, itemScope, value.arguments, at);
    return (
      applied && [
        { penalty: { kind: "formula", ...applied, name: item.name.text, factor }, span: at },
      ]
    );
  }
  if (value.kind !== "word" && value.kind !== "text") {
    context.report(diagnostic(notAPenalty, at, { found: describeValue(value, at) }));
    return undefined;
  }
  const use = useOf(context, scope, "regularizer", value, at, "regularize") as
    Use<RegularizerDefinition> | undefined;
  return use && [{ penalty: { kind: "use", use, factor }, span: at }];
}

/** Whether an expression can only be a number: which side of `0.5 * l2(1e-4)` is the factor. */
function isNumeric(scope: Scope, expression: Ast.Expression): boolean {
  switch (expression.kind) {
    case "number":
      return true;
    case "unary":
      return isNumeric(scope, expression.operand);
    case "binary":
      return isNumeric(scope, expression.left) && isNumeric(scope, expression.right);
    case "group":
      return expression.arguments.length === 1 && isNumeric(scope, expression.arguments[0]!.value);
    case "conditional":
      return isNumeric(scope, expression.then) && isNumeric(scope, expression.else);
    case "reference": {
      const binding =
        expression.path.length === 1 ? lookup(scope, expression.path[0]!.text) : undefined;
      if (binding?.kind === "value")
        return binding.value.kind === "size" || binding.value.kind === "number";
      return (
        binding !== undefined &&
        (binding.declaration.item.kind === "hyper" || binding.declaration.item.kind === "dim")
      );
    }
    default:
      return false;
  }
}
