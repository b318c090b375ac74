import type { FunctionBuilder, Value } from "../encode/builder.ts";
import { choose, compare, constant, polynomial, reduced } from "./math-support.ts";

const ln2 = [0.693359375, -2.1219444e-4];

/**
 * e^x, at most 1 ulp: n = nearest(x / ln 2), Cephes' `expf` polynomial in the rest, n added to the exponent field. Below
 * −87.33654 it is 0 (results would be subnormal), above 88.72283 infinite; NaN stays.
 */
export function exponential(f: FunctionBuilder, ...[a]: readonly Value[]): void {
  const x = f.hold(a!);
  const n = f.hold(() => {
    x();
    f.splat(Math.LOG2E);
    f.op("f32x4.mul");
    f.op("f32x4.nearest");
  });
  const r = reduced(f, x, n, ln2);
  const y = f.hold(() => {
    polynomial(
      f,
      r,
      [
        1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1,
        5.0000001201e-1,
      ],
    );
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
  choose(
    f,
    constant(f, Infinity),
    () => choose(f, constant(f, 0), y, compare(f, "f32x4.lt", x, -87.33654)),
    compare(f, "f32x4.gt", x, 88.72283),
  );
}

/**
 * ln x, at most 1 ulp, by Cephes' `logf`: x = m·2^e with m in [√½, √2). −∞ at 0, NaN below and for NaN, ∞ at ∞; subnormal
 * numbers are scaled by 2²³ first.
 */
export function logarithm(f: FunctionBuilder, ...[a]: readonly Value[]): void {
  const x = f.hold(a!);
  const tiny = f.hold(compare(f, "f32x4.lt", x, 1.17549435e-38));
  const scaled = f.hold(() =>
    choose(
      f,
      () => {
        x();
        f.splat(8388608);
        f.op("f32x4.mul");
      },
      x,
      tiny,
    ),
  );
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
  const special = (): void =>
    choose(
      f,
      constant(f, -Infinity),
      () => choose(f, x, constant(f, Number.NaN), compare(f, "f32x4.gt", x, 0)),
      compare(f, "f32x4.eq", x, 0),
    );
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
  polynomial(
    f,
    m,
    [
      7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1,
      -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
    ],
  );
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
export function hyperbolicTangent(f: FunctionBuilder, ...[a]: readonly Value[]): void {
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
  polynomial(
    f,
    square,
    [
      -2.76076847742355e-16, 2.00018790482477e-13, -8.60467152213735e-11, 5.12229709037114e-8,
      1.48572235717979e-5, 6.37261928875436e-4, 4.89352455891786e-3,
    ],
  );
  x();
  f.op("f32x4.mul");
  polynomial(
    f,
    square,
    [1.19825839466702e-6, 1.18534705686654e-4, 2.268434632439e-3, 4.89352518554385e-3],
  );
  f.op("f32x4.div");
}

/** 1 / (1 + e^−x), at most 3 ulp. */
export function sigmoid(f: FunctionBuilder, ...[a]: readonly Value[]): void {
  const e = f.hold(() =>
    exponential(f, () => {
      a!();
      f.op("f32x4.neg");
    }),
  );
  f.splat(1);
  f.splat(1);
  e();
  f.op("f32x4.add");
  f.op("f32x4.div");
}

/**
 * erf x, absolute error below 3e-7: Cephes' `erff` polynomial up to 1, Abramowitz and Stegun 7.1.26 beyond.
 */
export function errorFunction(f: FunctionBuilder, ...[a]: readonly Value[]): void {
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
    polynomial(
      f,
      square,
      [
        7.853861353153693e-5, -8.010193625184903e-4, 5.188327685732524e-3, -2.685381193529856e-2,
        1.128358514861418e-1, -3.7612625824233e-1, 1.12837916572671,
      ],
    );
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
  const decay = f.hold(() =>
    exponential(f, () => {
      square();
      f.op("f32x4.neg");
    }),
  );
  f.splat(1);
  polynomial(f, t, [1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592]);
  t();
  f.op("f32x4.mul");
  decay();
  f.op("f32x4.mul");
  f.op("f32x4.sub");
}
