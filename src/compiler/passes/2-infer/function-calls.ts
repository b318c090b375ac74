import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import { wrongArguments } from "../../base/diagnostics/catalogue/names.ts";
import { notANumber } from "../../base/diagnostics/catalogue/shapes.ts";
import type { Span } from "../../base/source.ts";
import * as Dims from "../../ir/dim.ts";
import type { Dim } from "../../ir/dim.ts";
import type { FunctionDefinition } from "../../library/definition.ts";
import type * as Ast from "../../syntax/ast.ts";
import { numeric, plainNumber, refuse, sized } from "./calculate.ts";
import type { CompileValue, Context, Evaluate, Scope } from "./context.ts";
import { count, snippet } from "./describe.ts";

const roundings = ["ceil", "floor", "min", "max", "mod"] as const;
type Rounding = (typeof roundings)[number];

export function isRounding(name: string): name is Rounding {
  return (roundings as readonly string[]).includes(name);
}

/** A function of the library applied to numbers. */
export function callFunction(
  context: Context,
  scope: Scope,
  operand: Evaluate,
  definition: FunctionDefinition,
  expression: Ast.Reference,
): CompileValue | undefined {
  if (isRounding(definition.name))
    return callRounding(context, scope, operand, definition.name, expression);
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

/** `ceil`, `floor`, `min`, `max` and `mod`: exact on integers and formulas, as usual on numbers. */
export function callRounding(
  context: Context,
  scope: Scope,
  operand: Evaluate,
  name: Rounding,
  expression: Ast.Reference,
): CompileValue | undefined {
  const written = expression.arguments!;
  const { span } = expression;
  const wanted = name === "ceil" || name === "floor" ? 1 : name === "mod" ? 2 : undefined;
  if (wanted === undefined ? written.length < 2 : written.length !== wanted) {
    const problem = `\`${name}\` takes ${wanted === undefined ? "2 values or more" : count(wanted, "value")}, found ${written.length}`;
    context.report(
      diagnostic(wrongArguments, span, {
        name,
        problem,
        write: wanted === 1 ? `${name}(x)` : `${name}(a, b)`,
      }),
    );
    return undefined;
  }
  if (name === "ceil" || name === "floor")
    return rounded(context, scope, operand, name, written[0]!.value, span);
  const operands = operandsOf(context, scope, operand, expression);
  if (!operands) return undefined;
  const dims = operands.map((operand) => (operand.kind === "size" ? operand.dim : undefined));
  if (!dims.includes(undefined)) return extremeOfSizes(context, name, dims as readonly Dim[], span);
  const numbers = operands.map(plainNumber);
  const wrong = operands[numbers.indexOf(undefined)];
  if (wrong) return refuse(context, name, "numbers", wrong);
  return numeric(context, ofNumbers(name, numbers as number[]), span);
}

function ofNumbers(name: "min" | "max" | "mod", numbers: readonly number[]): number {
  if (name !== "mod") return Math[name](...numbers);
  return numbers[0]! - numbers[1]! * Math.floor(numbers[0]! / numbers[1]!);
}

function extremeOfSizes(
  context: Context,
  name: "min" | "max" | "mod",
  dims: readonly Dim[],
  span: Span,
): CompileValue | undefined {
  if (name === "mod" && Dims.known(dims[1]!) === 0) {
    context.report(
      diagnostic(notANumber, span, {
        expression: snippet(span),
        problem: "there is no remainder by 0",
      }),
    );
    return undefined;
  }
  const dim =
    name === "mod"
      ? Dims.modulo(dims[0]!, dims[1]!)
      : name === "min"
        ? Dims.minimum(...dims)
        : Dims.maximum(...dims);
  return sized(context, dim, span);
}

/** ⌈x⌉ or ⌊x⌋, where x may hold quotients that are not whole. */
function rounded(
  context: Context,
  scope: Scope,
  operand: Evaluate,
  name: "ceil" | "floor",
  expression: Ast.Expression,
  span: Span,
): CompileValue | undefined {
  const fraction = fractionOf(context, scope, operand, expression);
  if (!fraction) return undefined;
  if ("number" in fraction) {
    const value = Math[name](fraction.number);
    return Number.isSafeInteger(value)
      ? { kind: "size", dim: Dims.size(value), span }
      : numeric(context, value, span);
  }
  const { numerator, denominator } = fraction;
  if (Dims.known(denominator) === 0) return numeric(context, Number.NaN, span);
  return sized(
    context,
    name === "ceil"
      ? Dims.ceilDivide(numerator, denominator)
      : Dims.floorDivide(numerator, denominator),
    span,
  );
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
