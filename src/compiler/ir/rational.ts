/** An exact fraction in lowest terms; the denominator is positive. */
export interface Rational {
  readonly n: bigint;
  readonly d: bigint;
}

export const zero: Rational = { n: 0n, d: 1n };
export const one: Rational = { n: 1n, d: 1n };

export function rational(n: bigint, d: bigint = 1n): Rational {
  if (d === 1n) return { n, d };
  const divisor = gcd(n, d) * (d < 0n ? -1n : 1n);
  return { n: n / divisor, d: d / divisor };
}

/** The greatest common divisor, never negative; gcd(0, 0) is 1 so that one may divide by it. */
export function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [absolute(a), absolute(b)];
  while (y !== 0n) [x, y] = [y, x % y];
  return x === 0n ? 1n : x;
}

export function lcm(a: bigint, b: bigint): bigint {
  return absolute(a / gcd(a, b)) * absolute(b);
}

export function absolute(a: bigint): bigint {
  return a < 0n ? -a : a;
}

export function plus(a: Rational, b: Rational): Rational {
  return a.d === 1n && b.d === 1n
    ? { n: a.n + b.n, d: 1n }
    : rational(a.n * b.d + b.n * a.d, a.d * b.d);
}

export function times(a: Rational, b: Rational): Rational {
  return a.d === 1n && b.d === 1n ? { n: a.n * b.n, d: 1n } : rational(a.n * b.n, a.d * b.d);
}

/** Negative, zero or positive as a − b is. */
export function compareRationals(a: Rational, b: Rational): number {
  const difference = a.n * b.d - b.n * a.d;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** ⌈n / d⌉ of integers, d ≠ 0. */
export function ceilBig(n: bigint, d: bigint): bigint {
  const quotient = n / d;
  return quotient * d !== n && n < 0n === d < 0n ? quotient + 1n : quotient;
}

/** ⌊n / d⌋ of integers, d ≠ 0. */
export function floorBig(n: bigint, d: bigint): bigint {
  return -ceilBig(-n, d);
}
