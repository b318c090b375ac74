import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import { wrongArguments } from "../../base/diagnostics/catalogue/names.ts";
import { notANumber } from "../../base/diagnostics/catalogue/shapes.ts";
import type { Span } from "../../base/source.ts";
import * as Dims from "../../ir/dim.ts";
import type { Dim } from "../../ir/dim.ts";
import type { FunctionDefinition, SizeFunction } from "../../library/definition.ts";
import type * as Ast from "../../syntax/ast.ts";
import { numeric, plainNumber, refuse, sized } from "./calculate.ts";
import type { CompileValue, Context, Evaluate, Scope } from "./context.ts";
import { count, snippet } from "./describe.ts";

/** A function of the library applied to numbers. */
export function callFunction(
  context: Context,
  scope: Scope,
  operand: Evaluate,
  definition: FunctionDefinition,
  expression: Ast.Reference,
): CompileValue | undefined {
  const { ofSizes } = definition;
  if (ofSizes) return callOfSizes(context, scope, operand, { ...definition, ofSizes }, expression);
  const operands = operandsOf(context, scope, operand, expression);
  if (!operands || !enoughOperands(context, definition, operands.length, expression.span))
    return undefined;
  const numbers = operands.map(plainNumber);
  const open = operands[numbers.indexOf(undefined)];
  if (open) return refuse(context, definition.name, "numbers that are known", open);
  return numeric(context, definition.evaluate(...(numbers as number[])), expression.span);
}

function enoughOperands(
  context: Context,
  { name, operands, variadic }: FunctionDefinition,
  found: number,
  at: Span,
): boolean {
  if (variadic ? found >= 2 : found === operands.length) return true;
  const problem = `\`${name}\` takes ${variadic ? "2 values or more" : count(operands.length, "value")}, found ${found}`;
  context.report(
    diagnostic(wrongArguments, at, {
      name,
      problem,
      write: `${name}(${operands.join(", ")}${variadic ? ", …" : ""})`,
    }),
  );
  return false;
}

function operandsOf(
  context: Context,
  scope: Scope,
  operand: Evaluate,
  expression: Ast.Reference,
): readonly CompileValue[] | undefined {
  const operands = expression.arguments!.map(({ value }) => operand(context, scope, value));
  return operands.includes(undefined) ? undefined : (operands as readonly CompileValue[]);
}

type FunctionOfSizes = FunctionDefinition & Required<Pick<FunctionDefinition, "ofSizes">>;

/** Functions that make sizes of sizes: exact on integers and formulas, as usual on numbers. */
function callOfSizes(
  context: Context,
  scope: Scope,
  operand: Evaluate,
  definition: FunctionOfSizes,
  expression: Ast.Reference,
): CompileValue | undefined {
  const written = expression.arguments!;
  const { span } = expression;
  if (!enoughOperands(context, definition, written.length, span)) return undefined;
  const { ofSizes } = definition;
  if (ofSizes.kind === "quotient")
    return ofQuotient(context, scope, operand, definition, ofSizes.of, expression);
  const operands = operandsOf(context, scope, operand, expression);
  if (!operands) return undefined;
  const dims = operands.map((operand) => (operand.kind === "size" ? operand.dim : undefined));
  if (!dims.includes(undefined)) return combined(context, ofSizes, dims as readonly Dim[], span);
  const numbers = operands.map(plainNumber);
  const wrong = operands[numbers.indexOf(undefined)];
  if (wrong) return refuse(context, definition.name, "numbers", wrong);
  return numeric(context, definition.evaluate(...(numbers as number[])), span);
}

function combined(
  context: Context,
  { of, refuses }: Extract<SizeFunction, { kind: "sizes" }>,
  dims: readonly Dim[],
  span: Span,
): CompileValue | undefined {
  const problem = refuses?.(...dims);
  if (problem === undefined) return sized(context, of(...dims), span);
  context.report(diagnostic(notANumber, span, { expression: snippet(span), problem }));
  return undefined;
}

/** ⌈x⌉ or ⌊x⌋, where x may hold quotients that are not whole. */
function ofQuotient(
  context: Context,
  scope: Scope,
  operand: Evaluate,
  definition: FunctionDefinition,
  of: Extract<SizeFunction, { kind: "quotient" }>["of"],
  { arguments: written, span }: Ast.Reference,
): CompileValue | undefined {
  const fraction = fractionOf(context, scope, operand, written![0]!.value);
  if (!fraction) return undefined;
  if ("number" in fraction) {
    const value = definition.evaluate(fraction.number);
    return Number.isSafeInteger(value)
      ? { kind: "size", dim: Dims.size(value), span }
      : numeric(context, value, span);
  }
  const { numerator, denominator } = fraction;
  if (Dims.known(denominator) === 0) return numeric(context, Number.NaN, span);
  return sized(context, of(numerator, denominator), span);
}

type Fraction =
  { readonly numerator: Dim; readonly denominator: Dim } | { readonly number: number };

/** An expression as one fraction of whole formulas, or as a number. */
function fractionOf(
  context: Context,
  scope: Scope,
  operand: Evaluate,
  expression: Ast.Expression,
): Fraction | undefined {
  if (
    expression.kind === "group" &&
    expression.arguments.length === 1 &&
    !expression.arguments[0]!.name
  )
    return fractionOf(context, scope, operand, expression.arguments[0]!.value);
  if (expression.kind === "binary" && ["+", "-", "*", "/"].includes(expression.operator)) {
    const left = fractionOf(context, scope, operand, expression.left);
    const right = fractionOf(context, scope, operand, expression.right);
    if (!left || !right) return undefined;
    if (!("number" in left) && !("number" in right))
      return joinFractions(expression.operator, left, right);
  }
  const value = operand(context, scope, expression);
  if (!value) return undefined;
  if (value.kind === "size") return { numerator: value.dim, denominator: Dims.size(1) };
  const number = plainNumber(value);
  return number === undefined ? refuse(context, "ceil and floor", "a number", value) : { number };
}

function joinFractions(
  operator: string,
  a: Exclude<Fraction, { number: number }>,
  b: Exclude<Fraction, { number: number }>,
): Fraction {
  if (operator === "*")
    return {
      numerator: Dims.multiply(a.numerator, b.numerator),
      denominator: Dims.multiply(a.denominator, b.denominator),
    };
  if (operator === "/")
    return {
      numerator: Dims.multiply(a.numerator, b.denominator),
      denominator: Dims.multiply(a.denominator, b.numerator),
    };
  const [left, right] = [
    Dims.multiply(a.numerator, b.denominator),
    Dims.multiply(b.numerator, a.denominator),
  ];
  return {
    numerator: operator === "+" ? Dims.add(left, right) : Dims.subtract(left, right),
    denominator: Dims.multiply(a.denominator, b.denominator),
  };
}
