import { term, unknown, zero, type Growth, type KnownGrowth, type LeadingTerm } from "./growth.ts";

export function negated(a: KnownGrowth): KnownGrowth {
  return a.kind === "zero" ? a : { ...a, coefficient: -a.coefficient };
}

/** Which of two grows faster: by exponents, then powers, then logarithms. */
function order(a: LeadingTerm, b: LeadingTerm): number {
  return a.exponent - b.exponent || a.power - b.power || a.logarithm - b.logarithm;
}

export function sum(a: KnownGrowth, b: KnownGrowth): Growth {
  if (a.kind === "zero") return b;
  if (b.kind === "zero") return a;
  const difference = order(a, b);
  if (difference !== 0) return difference > 0 ? a : b;
  const coefficient = a.coefficient + b.coefficient;
  if (coefficient === 0)
    return isConstant(a) ? zero : unknown("the leading terms of a difference cancel");
  return { ...a, coefficient };
}

function isConstant({ exponent, power, logarithm }: LeadingTerm): boolean {
  return exponent === 0 && power === 0 && logarithm === 0;
}

export function product(a: KnownGrowth, b: KnownGrowth): Growth {
  if (a.kind === "zero" || b.kind === "zero") return zero;
  return term(
    a.coefficient * b.coefficient,
    a.power + b.power,
    a.logarithm + b.logarithm,
    a.exponent + b.exponent,
  );
}

export function raised(a: LeadingTerm, by: number): LeadingTerm {
  return {
    kind: "term",
    coefficient: a.coefficient ** by,
    power: a.power * by,
    logarithm: a.logarithm * by,
    exponent: a.exponent * by,
  };
}

/** a^b: of a constant exponent, or of a constant base. */
export function power(a: KnownGrowth, b: KnownGrowth): Growth {
  if (b.kind === "zero") return term(1);
  if (isConstant(b)) {
    if (a.kind === "zero") return b.coefficient > 0 ? zero : unknown("it divides by 0");
    const coefficient = a.coefficient ** b.coefficient;
    return Number.isNaN(coefficient)
      ? unknown("it is a root of a negative number")
      : raised(a, b.coefficient);
  }
  if (a.kind === "zero") return zero;
  if (isConstant(a) && a.coefficient > 0) return exponential(Math.log(a.coefficient), b);
  return unknown("both the base and the exponent change");
}

/** e^(factor · b) */
export function exponential(factor: number, b: LeadingTerm): Growth {
  if (factor === 0) return term(1);
  const slope = factor * b.coefficient;
  if (b.exponent < 0 || (b.exponent === 0 && (b.power < 0 || (b.power === 0 && b.logarithm < 0))))
    return term(1);
  if (b.exponent === 0 && b.power === 1 && b.logarithm === 0) return term(1, 0, 0, slope);
  if (b.exponent === 0 && b.power === 0 && b.logarithm === 1) return term(1, slope);
  if (isConstant(b)) return term(Math.exp(slope));
  if (b.exponent > 0 || b.power > 1 || (b.power === 1 && b.logarithm > 0))
    return term(1, 0, 0, slope > 0 ? Infinity : -Infinity);
  // Slower than every e^(rt), faster than every power: as a power without bound.
  if (b.power > 0 || b.logarithm > 1) return term(1, slope > 0 ? Infinity : -Infinity);
  return unknown("its exponent grows more slowly than a logarithm");
}

export function logarithm(a: KnownGrowth): Growth {
  if (a.kind === "zero" || a.coefficient < 0)
    return unknown("it is the logarithm of a number that is not positive");
  if (a.exponent !== 0) return term(a.exponent, 1);
  if (a.power !== 0) return term(a.power, 0, 1);
  if (a.logarithm !== 0) return unknown("it is a logarithm of a logarithm");
  return a.coefficient === 1
    ? unknown("it is the logarithm of a number that goes to 1")
    : term(Math.log(a.coefficient));
}

/** Whether it goes to infinity (1), to 0 (−1) or to a number (0). */
export function direction(a: LeadingTerm): number {
  return Math.sign(a.exponent) || Math.sign(a.power) || Math.sign(a.logarithm);
}

export function sign(growth: Growth): number {
  return growth.kind === "term" ? Math.sign(growth.coefficient) : 0;
}

/** |a| */
export function absolute(a: KnownGrowth): Growth {
  return a.kind === "zero" ? a : { ...a, coefficient: Math.abs(a.coefficient) };
}

/** The one of several that is eventually beyond all others: `gives` says of a difference whether its second operand is. */
export function extreme(
  operands: readonly KnownGrowth[],
  gives: (difference: number) => boolean,
): Growth {
  return operands.reduce((best, other) => (gives(sign(sum(best, negated(other)))) ? other : best));
}

/** ⌈a⌉ or ⌊a⌋ */
export function rounded(a: KnownGrowth, to: "up" | "down"): Growth {
  if (a.kind === "zero" || direction(a) > 0) return a;
  const up = to === "up";
  if (direction(a) < 0) return a.coefficient > 0 === up ? term(up ? 1 : -1) : zero;
  return Number.isInteger(a.coefficient)
    ? unknown("it rounds a number that comes close to a whole one")
    : term(up ? Math.ceil(a.coefficient) : Math.floor(a.coefficient));
}

/** f(a) of an f that is 0 at 0 with slope 1: small operands pass, and `beyond` says what large ones come to. */
export function bounded(
  a: KnownGrowth,
  f: (x: number) => number,
  beyond: (a: LeadingTerm) => Growth,
): Growth {
  if (a.kind === "zero" || direction(a) < 0) return a;
  return isConstant(a) ? term(f(a.coefficient)) : beyond(a);
}

/** f(a) where a goes to a number. */
export function settled(a: KnownGrowth, f: (x: number) => number): Growth {
  return term(f(a.kind === "zero" || direction(a) < 0 ? 0 : a.coefficient));
}

export function swings(): Growth {
  return unknown("it swings up and down for ever");
}

/** The exponent of a square root. */
export const half = term(1 / 2) as KnownGrowth;
