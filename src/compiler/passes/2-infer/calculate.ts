import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import {
  formulaTooLarge,
  notANumber,
  notWhole,
  undecidedTest,
  wrongOperand,
} from "../../base/diagnostics/catalogue/shapes.ts";
import type { Span } from "../../base/source.ts";
import * as Dims from "../../ir/dim.ts";
import type { Dim } from "../../ir/dim.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { CompileValue, Context, Scope } from "./context.ts";
import { describeValue, snippet } from "./describe.ts";
import { compareNames } from "./equality.ts";

type Arithmetic = "+" | "-" | "*" | "/" | "^";

/** An integer or formula, after a look at its extent. */
export function sized(context: Context, dim: Dim, span: Span): CompileValue | undefined {
  if (!Dims.isTooLarge(dim)) return { kind: "size", dim, span };
  context.report(diagnostic(formulaTooLarge, span, { formula: snippet(span) }));
  return undefined;
}

export function numeric(context: Context, value: number, span: Span): CompileValue | undefined {
  if (Number.isFinite(value)) return { kind: "number", value, span };
  context.report(
    diagnostic(notANumber, span, {
      expression: snippet(span),
      problem: Number.isNaN(value) ? "it is not a number" : "it is beyond every number",
    }),
  );
  return undefined;
}

/** The plain number of a size or number; undefined for formulas with symbols. */
export function plainNumber(value: CompileValue): number | undefined {
  if (value.kind === "number") return value.value;
  return value.kind === "size" ? Dims.known(value.dim) : undefined;
}

/** `a + b` and its like. Integers stay integers; an integer beside a number is a number; nothing else is converted. */
export function calculate(
  context: Context,
  expression: Ast.Binary,
  left: CompileValue,
  right: CompileValue,
): CompileValue | undefined {
  const operator = expression.operator as Arithmetic;
  if (left.kind === "size" && right.kind === "size")
    return calculateSizes(context, operator, left.dim, right.dim, expression.span);
  const scaled = scaleQuantity(operator, left, right, expression.span);
  if (scaled) return scaled;
  const wrong = [left, right].find((value) => value.kind !== "size" && value.kind !== "number");
  if (wrong) return refuse(context, operator, "numbers", wrong);
  const [a, b] = [plainNumber(left), plainNumber(right)];
  if (a === undefined || b === undefined)
    return refuse(context, operator, "a number beside a number", a === undefined ? left : right);
  return numeric(context, ofNumbers(operator, a, b), expression.span);
}

export function refuse(
  context: Context,
  operator: string,
  expected: string,
  found: CompileValue,
): undefined {
  context.report(
    diagnostic(wrongOperand, found.span, {
      operator,
      expected,
      found: describeValue(found, found.span),
    }),
  );
  return undefined;
}

function ofNumbers(operator: Arithmetic, a: number, b: number): number {
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return a / b;
    case "^":
      return a ** b;
  }
}

function calculateSizes(
  context: Context,
  operator: Arithmetic,
  a: Dim,
  b: Dim,
  span: Span,
): CompileValue | undefined {
  switch (operator) {
    case "+":
      return sized(context, Dims.add(a, b), span);
    case "-":
      return sized(context, Dims.subtract(a, b), span);
    case "*":
      return sized(context, Dims.multiply(a, b), span);
    case "/":
      return quotientOfSizes(context, a, b, span);
    case "^":
      return powerOfSizes(context, a, b, span);
  }
}

/** A quotient that is proved whole is an integer; one of two known integers that is not is a number. */
function quotientOfSizes(context: Context, a: Dim, b: Dim, span: Span): CompileValue | undefined {
  const exact = Dims.divideExactly(a, b);
  if (exact) return sized(context, exact, span);
  const [p, q] = [Dims.known(a), Dims.known(b)];
  if (p !== undefined && q !== undefined) return numeric(context, p / q, span);
  if (q === 0) return numeric(context, Number.NaN, span);
  context.report(
    diagnostic(
      notWhole,
      span,
      { quotient: snippet(span) },
      { notes: [`the quotient is \`(${Dims.print(a)}) / (${Dims.print(b)})\``] },
    ),
  );
  return undefined;
}

function powerOfSizes(context: Context, a: Dim, b: Dim, span: Span): CompileValue | undefined {
  const exponent = Dims.known(b);
  if (exponent === undefined) {
    context.report(
      diagnostic(wrongOperand, span, {
        operator: "^",
        expected: "an exponent that is known",
        found: `\`${Dims.print(b)}\``,
      }),
    );
    return undefined;
  }
  if (exponent >= 0) return sized(context, Dims.power(a, exponent), span);
  const base = Dims.known(a);
  return base === undefined
    ? quotientOfSizes(context, Dims.size(1), Dims.power(a, -exponent), span)
    : numeric(context, base ** exponent, span);
}

/** `2 * 5 epochs`, `64 MiB / 2`: durations, angles and sizes in bytes may be made longer or shorter by a number. */
function scaleQuantity(
  operator: Arithmetic,
  left: CompileValue,
  right: CompileValue,
  span: Span,
): CompileValue | undefined {
  const [quantity, factor] =
    plainNumber(right) === undefined && operator === "*"
      ? [right, plainNumber(left)]
      : [left, plainNumber(right)];
  if (
    factor === undefined ||
    (operator !== "*" && operator !== "/") ||
    (operator === "/" && factor === 0)
  )
    return undefined;
  const by = operator === "*" ? factor : 1 / factor;
  switch (quantity.kind) {
    case "duration":
      return {
        kind: "duration",
        value: { ...quantity.value, amount: quantity.value.amount * by },
        span,
      };
    case "angle":
      return { kind: "angle", degrees: quantity.degrees * by, span };
    case "bytes":
      return { kind: "bytes", bytes: quantity.bytes * by, span };
    case "multiple":
      return { kind: "multiple", value: { multiple: quantity.value.multiple * by }, span };
    default:
      return undefined;
  }
}

/** `-a`. */
export function negated(
  context: Context,
  operand: CompileValue,
  span: Span,
): CompileValue | undefined {
  if (operand.kind === "size")
    return sized(context, Dims.subtract(Dims.size(0), operand.dim), span);
  if (operand.kind === "number") return { kind: "number", value: -operand.value, span };
  if (operand.kind === "angle") return { kind: "angle", degrees: -operand.degrees, span };
  return refuse(context, "-", "a number", operand);
}

/** `a == b`, `a < b`: of numbers, or for == and != of two names, switches or texts. */
export function compare(
  context: Context,
  scope: Scope,
  expression: Ast.Binary,
  left: CompileValue,
  right: CompileValue,
): CompileValue | undefined {
  const operator = expression.operator as Ast.Comparison;
  const result = (value: boolean): CompileValue => ({
    kind: "switch",
    value,
    span: expression.span,
  });
  if ((operator === "==" || operator === "!=") && !isNumber(left) && !isNumber(right)) {
    const same = compareNames(context, scope, expression, left, right);
    return same === undefined ? undefined : result(same === (operator === "=="));
  }
  const [a, b] = [plainNumber(left), plainNumber(right)];
  if (a !== undefined && b !== undefined) return result(holds(operator, Math.sign(a - b)));
  if (left.kind === "size" && right.kind === "size") {
    const decided = decide(operator, Dims.compareDims(left.dim, right.dim));
    if (decided !== undefined) return result(decided);
    const symbols = [...new Set([...Dims.symbolsOf(left.dim), ...Dims.symbolsOf(right.dim)])];
    context.report(
      diagnostic(undecidedTest, expression.span, { test: snippet(expression.span), symbols }),
    );
    return undefined;
  }
  return refuse(context, operator, "two numbers", isNumber(left) ? right : left);
}

function isNumber({ kind }: CompileValue): boolean {
  return kind === "size" || kind === "number";
}

function holds(operator: Ast.Comparison, sign: number): boolean {
  switch (operator) {
    case "==":
      return sign === 0;
    case "!=":
      return sign !== 0;
    case "<":
      return sign < 0;
    case "<=":
      return sign <= 0;
    case ">":
      return sign > 0;
    case ">=":
      return sign >= 0;
  }
}

const possibleSigns = {
  less: [-1],
  equal: [0],
  greater: [1],
  "at most": [-1, 0],
  "at least": [0, 1],
  unknown: [-1, 0, 1],
} satisfies Record<ReturnType<typeof Dims.compareDims>, readonly number[]>;

/** A comparison that comes out the same for every relation that is still possible is decided. */
function decide(
  operator: Ast.Comparison,
  relation: ReturnType<typeof Dims.compareDims>,
): boolean | undefined {
  const answers = new Set(possibleSigns[relation].map((sign) => holds(operator, sign)));
  return answers.size === 1 ? answers.has(true) : undefined;
}
