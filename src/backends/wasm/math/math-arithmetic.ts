import type { FunctionBuilder, Value } from "../encode/builder.ts";
import { exponential, logarithm } from "./math-exponential.ts";
import { choose, compare, constant, type VectorOperation } from "./math-support.ts";

/** −1, 0 or 1; NaN stays. */
export function sign(f: FunctionBuilder, ...[a]: readonly Value[]): void {
  const x = f.hold(a!);
  choose(
    f,
    constant(f, 1),
    () => choose(f, constant(f, -1), x, compare(f, "f32x4.lt", x, 0)),
    compare(f, "f32x4.gt", x, 0),
  );
}

/**
 * a − b·floor(a / b), which lies between 0 and b; exact to rounding while the quotient is below 2²². Beyond that single precision
 * does not determine it, and what leaves the range is 0.
 */
export function modulo(f: FunctionBuilder, ...[a, b]: readonly Value[]): void {
  const x = f.hold(a!);
  const y = f.hold(b!);
  const plain = f.hold(() => {
    x();
    y();
    x();
    y();
    f.op("f32x4.div");
    f.op("f32x4.floor");
    f.op("f32x4.mul");
    f.op("f32x4.sub");
  });
  // A quotient that rounds to −0 leaves a on the other side of 0.
  const opposite = (): void => {
    plain();
    y();
    f.op("v128.xor");
    f.integer(31);
    f.op("i32x4.shr_s");
    plain();
    f.splat(0);
    f.op("f32x4.ne");
    f.op("v128.and");
  };
  const shifted = f.hold(() =>
    choose(
      f,
      () => {
        plain();
        y();
        f.op("f32x4.add");
      },
      plain,
      opposite,
    ),
  );
  const outside = (): void => {
    shifted();
    f.op("f32x4.abs");
    y();
    f.op("f32x4.abs");
    f.op("f32x4.gt");
  };
  choose(f, constant(f, 0), shifted, outside);
}

/**
 * a^b = e^(b·ln|a|), relative error about (1 + |b·ln|a||)·1.2e-7; negative bases are defined for whole exponents, whose
 * oddness gives the sign; a^0 is 1.
 */
export function power(f: FunctionBuilder, ...[a, b]: readonly Value[]): void {
  const x = f.hold(a!);
  const y = f.hold(b!);
  const size = f.hold(() =>
    exponential(f, () => {
      y();
      logarithm(f, () => {
        x();
        f.op("f32x4.abs");
      });
      f.op("f32x4.mul");
    }),
  );
  const isOdd = (): void => {
    modulo(f, y, constant(f, 2));
    f.splat(1);
    f.op("f32x4.eq");
  };
  // −∞ and −0 have powers of every exponent.
  const isDefined = (): void => {
    y();
    f.op("f32x4.floor");
    y();
    f.op("f32x4.eq");
    for (const value of [-Infinity, 0]) {
      compare(f, "f32x4.eq", x, value)();
      f.op("v128.or");
    }
  };
  // By the sign alone: −0 counts.
  const isNegative = (): void => {
    x();
    f.integer(31);
    f.op("i32x4.shr_s");
  };
  const negated = (): void => {
    size();
    f.op("f32x4.neg");
  };
  const negative = (): void =>
    choose(f, () => choose(f, negated, size, isOdd), constant(f, Number.NaN), isDefined);
  const signed = f.hold(() => choose(f, negative, size, isNegative));
  choose(f, constant(f, 1), signed, compare(f, "f32x4.eq", y, 0));
}

/**
 * The greater (or lesser) of two numbers, NaN if either is: `pmax` keeps its first operand where that is NaN, and an unordered
 * second one sets all bits. A third of what `f32x4.max` costs on x86.
 */
export function extremum(op: "f32x4.pmax" | "f32x4.pmin"): VectorOperation {
  return (f, a, b) => {
    const other = f.hold(b!);
    a!();
    other();
    f.op(op);
    other();
    other();
    f.op("f32x4.ne");
    f.op("v128.or");
  };
}
