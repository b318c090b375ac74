import { turn } from "./random.ts";

/**
 * Logarithm, exponential, sine and cosine from exactly defined operations: JavaScript leaves the last bits of its own to the
 * engine, and the same seed must give the same rows everywhere.
 */

/** ln x for x > 0: x = m · 2^e with m near 1, and ln m = 2 artanh((m − 1) / (m + 1)) by its series. */
export function logarithm(x: number): number {
  let mantissa = x;
  let exponent = 0;
  for (; mantissa < Math.SQRT1_2; exponent -= 1) mantissa *= 2;
  for (; mantissa >= Math.SQRT2; exponent += 1) mantissa /= 2;
  const ratio = (mantissa - 1) / (mantissa + 1);
  const square = ratio * ratio;
  let sum = 0;
  for (let power = 23; power >= 1; power -= 2) sum = sum * square + 1 / power;
  return exponent * Math.LN2 + 2 * ratio * sum;
}

/** e^x for |x| < 700: x = k ln 2 + r, and e^r by its series. */
export function exponential(x: number): number {
  const power = Math.round(x / Math.LN2);
  const rest = x - power * Math.LN2;
  let sum = 1;
  for (let term = 18; term >= 1; term -= 1) sum = 1 + (sum * rest) / term;
  return sum * 2 ** power;
}

/** Cosine and sine of an angle in degrees, 0 and quarter turns exactly. */
export function cosineAndSine(degrees: number): readonly [cosine: number, sine: number] {
  const turns = degrees / 360;
  return turn(turns - Math.floor(turns));
}
