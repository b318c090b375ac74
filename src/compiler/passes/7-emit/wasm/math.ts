import type { ScalarOp } from "../../../plan/plan.ts";
import type { FunctionBuilder, Value } from "./builder.ts";
import type { Op } from "./instructions.ts";

/** Writes one operation on four lanes; the result is left on the stack. */
export type VectorOperation = (f: FunctionBuilder, ...args: readonly Value[]) => void;

const unary = (op: Op): VectorOperation => (f, a) => {
  a!();
  f.op(op);
};

const binary = (op: Op): VectorOperation => (f, a, b) => {
  a!();
  b!();
  f.op(op);
};

/** A comparison as a number: 1 where it holds, else 0. */
const comparison = (op: Op): VectorOperation => (f, a, b) => {
  a!();
  b!();
  f.op(op);
  f.splat(1);
  f.op("v128.and");
};

/** Lanes of `then` where `mask` is set, else of `otherwise`. */
function choose(f: FunctionBuilder, then: Value, otherwise: Value, mask: Value): void {
  then();
  otherwise();
  mask();
  f.op("v128.bitselect");
}

function compare(f: FunctionBuilder, op: Op, a: Value, b: number): Value {
  return () => {
    a();
    f.splat(b);
    f.op(op);
  };
}

function constant(f: FunctionBuilder, value: number): Value {
  return () => f.splat(value);
}

/** Horner: ((c₀·x + c₁)·x + …). */
function polynomial(f: FunctionBuilder, x: Value, coefficients: readonly number[]): void {
  for (const [place, coefficient] of coefficients.entries()) {
    if (place > 0) {
      x();
      f.op("f32x4.mul");
    }
    f.splat(coefficient);
    if (place > 0) f.op("f32x4.add");
  }
}

/** x − n·c, for each of the parts of a constant. */
function reduced(f: FunctionBuilder, x: Value, n: Value, parts: readonly number[]): Value {
  return f.hold(() => {
    x();
    for (const part of parts) {
      n();
      f.splat(part);
      f.op("f32x4.mul");
      f.op("f32x4.sub");
    }
  });
}

const ln2 = [0.693359375, -2.1219444e-4];

/**
 * e^x, at most 1 ulp: n = nearest(x / ln 2), Cephes' `expf` polynomial in the rest, n added to the exponent field. Below
 * −87.33654 it is 0 (results would be subnormal), above 88.72283 infinite; NaN stays.
 */
function exponential(f: FunctionBuilder, ...[a]: readonly Value[]): void {
  const x = f.hold(a!);
  const n = f.hold(() => {
    x();
    f.splat(Math.LOG2E);
    f.op("f32x4.mul");
    f.op("f32x4.nearest");
  });
  const r = reduced(f, x, n, ln2);
  const y = f.hold(() => {
    polynomial(f, r, [1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1]);
    r();
    r();
    f.op("f32x4.mul");
    f.op("f32x4.mul");
    r();
    f.op("f32x4.add");
    f.splat(1);
    f.op("f32x4.add");
    n();
    f.op("i32x4.trunc_sat_f32x4_s");
    f.integer(23);
    f.op("i32x4.shl");
    f.op("i32x4.add");
  });
  choose(f, constant(f, Infinity), () => choose(f, constant(f, 0), y, compare(f, "f32x4.lt", x, -87.33654)), compare(f, "f32x4.gt", x, 88.72283));
}

/**
 * ln x, at most 1 ulp, by Cephes' `logf`: x = m·2^e with m in [√½, √2). −∞ at 0, NaN below and for NaN, ∞ at ∞; subnormal
 * numbers are scaled by 2²³ first.
 */
function logarithm(f: FunctionBuilder, ...[a]: readonly Value[]): void {
  const x = f.hold(a!);
  const tiny = f.hold(compare(f, "f32x4.lt", x, 1.17549435e-38));
  const scaled = f.hold(() => choose(f, () => {
    x();
    f.splat(8388608);
    f.op("f32x4.mul");
  }, x, tiny));
  const half = f.hold(() => {
    scaled();
    f.words(0x7fffff, 0x7fffff, 0x7fffff, 0x7fffff);
    f.op("v128.and");
    f.splat(0.5);
    f.op("v128.or");
  });
  const low = f.hold(compare(f, "f32x4.lt", half, Math.SQRT1_2));
  const e = f.hold(() => exponent(f, scaled, tiny, low));
  const m = f.hold(() => {
    half();
    half();
    low();
    f.op("v128.and");
    f.op("f32x4.add");
    f.splat(1);
    f.op("f32x4.sub");
  });
  const y = f.hold(() => logarithmOfMantissa(f, m, e));
  const special = (): void => choose(f, constant(f, -Infinity), () => choose(f, x, constant(f, Number.NaN), compare(f, "f32x4.gt", x, 0)), compare(f, "f32x4.eq", x, 0));
  choose(f, y, special, () => {
    compare(f, "f32x4.gt", x, 0)();
    compare(f, "f32x4.lt", x, Infinity)();
    f.op("v128.and");
  });
}

/** The exponent as a float: one less where the mantissa was below √½, 23 less where the number was scaled. */
function exponent(f: FunctionBuilder, scaled: Value, tiny: Value, low: Value): void {
  scaled();
  f.integer(23);
  f.op("i32x4.shr_s");
  f.words(126, 126, 126, 126);
  f.op("i32x4.sub");
  f.op("f32x4.convert_i32x4_s");
  tiny();
  f.splat(23);
  f.op("v128.and");
  f.op("f32x4.sub");
  low();
  f.splat(1);
  f.op("v128.and");
  f.op("f32x4.sub");
}

/** ln(1 + m) + e·ln 2 */
function logarithmOfMantissa(f: FunctionBuilder, m: Value, e: Value): void {
  const square = f.hold(() => {
    m();
    m();
    f.op("f32x4.mul");
  });
  polynomial(f, m, [7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1]);
  m();
  f.op("f32x4.mul");
  square();
  f.op("f32x4.mul");
  e();
  f.splat(ln2[1]!);
  f.op("f32x4.mul");
  f.op("f32x4.add");
  square();
  f.splat(0.5);
  f.op("f32x4.mul");
  f.op("f32x4.sub");
  m();
  f.op("f32x4.add");
  e();
  f.splat(ln2[0]!);
  f.op("f32x4.mul");
  f.op("f32x4.add");
}

/** tanh x, at most 7 ulp: the rational 13/6 of Eigen's `ptanh`, clamped at ±7.90531. */
function hyperbolicTangent(f: FunctionBuilder, ...[a]: readonly Value[]): void {
  const limit = 7.90531110763549805;
  const x = f.hold(() => {
    a!();
    f.splat(limit);
    f.op("f32x4.pmin");
    f.splat(-limit);
    f.op("f32x4.pmax");
  });
  const square = f.hold(() => {
    x();
    x();
    f.op("f32x4.mul");
  });
  polynomial(f, square, [-2.76076847742355e-16, 2.00018790482477e-13, -8.60467152213735e-11, 5.12229709037114e-8, 1.48572235717979e-5, 6.37261928875436e-4, 4.89352455891786e-3]);
  x();
  f.op("f32x4.mul");
  polynomial(f, square, [1.19825839466702e-6, 1.18534705686654e-4, 2.268434632439e-3, 4.89352518554385e-3]);
  f.op("f32x4.div");
}

/** 1 / (1 + e^−x), at most 3 ulp. */
function sigmoid(f: FunctionBuilder, ...[a]: readonly Value[]): void {
  const e = f.hold(() => exponential(f, () => {
    a!();
    f.op("f32x4.neg");
  }));
  f.splat(1);
  f.splat(1);
  e();
  f.op("f32x4.add");
  f.op("f32x4.div");
}

/**
 * erf x, absolute error below 3e-7: Cephes' `erff` polynomial up to 1, Abramowitz and Stegun 7.1.26 beyond.
 */
function errorFunction(f: FunctionBuilder, ...[a]: readonly Value[]): void {
  const x = f.hold(a!);
  const size = f.hold(() => {
    x();
    f.op("f32x4.abs");
  });
  const square = f.hold(() => {
    x();
    x();
    f.op("f32x4.mul");
  });
  const near = f.hold(() => {
    polynomial(f, square, [7.853861353153693e-5, -8.010193625184903e-4, 5.188327685732524e-3, -2.685381193529856e-2, 1.128358514861418e-1, -3.7612625824233e-1, 1.12837916572671]);
    x();
    f.op("f32x4.mul");
  });
  const far = f.hold(() => complement(f, size, square));
  const signedFar = (): void => {
    far();
    x();
    f.splat(-0);
    f.op("v128.and");
    f.op("v128.or");
  };
  choose(f, signedFar, near, compare(f, "f32x4.gt", size, 1));
}

/** erf of |x| > 1: 1 − (a₁t + … + a₅t⁵)·e^(−x²) with t = 1 / (1 + 0.3275911·|x|). */
function complement(f: FunctionBuilder, size: Value, square: Value): void {
  const t = f.hold(() => {
    f.splat(1);
    size();
    f.splat(0.3275911);
    f.op("f32x4.mul");
    f.splat(1);
    f.op("f32x4.add");
    f.op("f32x4.div");
  });
  const decay = f.hold(() => exponential(f, () => {
    square();
    f.op("f32x4.neg");
  }));
  f.splat(1);
  polynomial(f, t, [1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592]);
  t();
  f.op("f32x4.mul");
  decay();
  f.op("f32x4.mul");
  f.op("f32x4.sub");
}

/** sin (shift 0) or cos (shift 1) for |x| ≤ 8192, absolute error below 2e-6·max(1, |x|/1000): quarter turns taken off in three parts, Cephes' polynomials. */
function turning(shift: 0 | 1): VectorOperation {
  return (f, a) => {
    const x = f.hold(a!);
    const n = f.hold(() => {
      x();
      f.splat(2 / Math.PI);
      f.op("f32x4.mul");
      f.op("f32x4.nearest");
    });
    const r = reduced(f, x, n, [1.5703125, 4.837512969970703e-4, 7.549789948768648e-8]);
    const square = f.hold(() => {
      r();
      r();
      f.op("f32x4.mul");
    });
    const sine = f.hold(() => sineOf(f, r, square));
    const cosine = f.hold(() => cosineOf(f, square));
    const quarter = f.hold(() => {
      n();
      f.op("i32x4.trunc_sat_f32x4_s");
      f.words(shift, shift, shift, shift);
      f.op("i32x4.add");
    });
    choose(f, cosine, sine, () => bitMask(f, quarter, 1));
    quarter();
    f.integer(30);
    f.op("i32x4.shl");
    f.splat(-0);
    f.op("v128.and");
    f.op("v128.xor");
  };
}

/** All bits of a lane set where bit `bit` of it is. */
function bitMask(f: FunctionBuilder, value: Value, bit: number): void {
  value();
  f.words(bit, bit, bit, bit);
  f.op("v128.and");
  f.words(bit, bit, bit, bit);
  f.op("i32x4.eq");
}

function sineOf(f: FunctionBuilder, r: Value, square: Value): void {
  polynomial(f, square, [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1]);
  square();
  f.op("f32x4.mul");
  r();
  f.op("f32x4.mul");
  r();
  f.op("f32x4.add");
}

function cosineOf(f: FunctionBuilder, square: Value): void {
  polynomial(f, square, [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2, -0.5, 1]);
}

/** −1, 0 or 1; NaN stays. */
function sign(f: FunctionBuilder, ...[a]: readonly Value[]): void {
  const x = f.hold(a!);
  choose(f, constant(f, 1), () => choose(f, constant(f, -1), x, compare(f, "f32x4.lt", x, 0)), compare(f, "f32x4.gt", x, 0));
}

/** a − b·floor(a / b) */
function modulo(f: FunctionBuilder, ...[a, b]: readonly Value[]): void {
  const x = f.hold(a!);
  const y = f.hold(b!);
  x();
  y();
  x();
  y();
  f.op("f32x4.div");
  f.op("f32x4.floor");
  f.op("f32x4.mul");
  f.op("f32x4.sub");
}

/**
 * a^b = e^(b·ln|a|), relative error about (1 + |b·ln|a||)·1.2e-7; negative bases are defined for whole exponents, whose
 * oddness gives the sign; a^0 is 1.
 */
function power(f: FunctionBuilder, ...[a, b]: readonly Value[]): void {
  const x = f.hold(a!);
  const y = f.hold(b!);
  const size = f.hold(() => exponential(f, () => {
    y();
    logarithm(f, () => {
      x();
      f.op("f32x4.abs");
    });
    f.op("f32x4.mul");
  }));
  const isOdd = (): void => {
    modulo(f, y, constant(f, 2));
    f.splat(1);
    f.op("f32x4.eq");
  };
  // −∞ has powers of every exponent.
  const isDefined = (): void => {
    y();
    f.op("f32x4.floor");
    y();
    f.op("f32x4.eq");
    compare(f, "f32x4.eq", x, -Infinity)();
    f.op("v128.or");
  };
  const negated = (): void => {
    size();
    f.op("f32x4.neg");
  };
  const negative = (): void => choose(f, () => choose(f, negated, size, isOdd), constant(f, Number.NaN), isDefined);
  const any = f.hold(() => choose(f, negative, size, compare(f, "f32x4.lt", x, 0)));
  choose(f, constant(f, 1), any, compare(f, "f32x4.eq", y, 0));
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

/** Every operation of a plan, four lanes at a time. `select` tests its first operand against 0. */
export const vectorOperations = {
  negate: unary("f32x4.neg"),
  exp: exponential,
  log: logarithm,
  sqrt: unary("f32x4.sqrt"),
  tanh: hyperbolicTangent,
  sigmoid,
  erf: errorFunction,
  sine: turning(0),
  cosine: turning(1),
  absolute: unary("f32x4.abs"),
  sign,
  floor: unary("f32x4.floor"),
  ceil: unary("f32x4.ceil"),
  add: binary("f32x4.add"),
  subtract: binary("f32x4.sub"),
  multiply: binary("f32x4.mul"),
  divide: binary("f32x4.div"),
  maximum: extremum("f32x4.pmax"),
  minimum: extremum("f32x4.pmin"),
  power,
  modulo,
  less: comparison("f32x4.lt"),
  less_equal: comparison("f32x4.le"),
  equal: comparison("f32x4.eq"),
  select: (f, condition, then, otherwise) => choose(f, then!, otherwise!, compare(f, "f32x4.ne", condition!, 0)),
} satisfies Record<ScalarOp, VectorOperation>;

/** Comparisons that are masks before they are numbers. */
export const maskOperations: Partial<Record<ScalarOp, Op>> = { less: "f32x4.lt", less_equal: "f32x4.le", equal: "f32x4.eq" };
