import {
  constant,
  constantOf,
  fromTerms,
  negate,
  ofAtom,
  product,
  scale,
  sum,
  term,
} from "./polynomial.ts";
import type { Atom, Polynomial, Term } from "./polynomial.ts";
import {
  ceilBig,
  compareRationals,
  floorBig,
  one,
  plus,
  rational,
  times,
  zero,
} from "./rational.ts";
import type { Rational } from "./rational.ts";

/**
 * A number that the polynomial is never below, or undefined when none is found. With u = x − from ≥ 0 for every atom x,
 * terms of positive coefficient are least at u = 0 and those of negative coefficient at u = to − from.
 * The second attempt puts p / q ≤ ⌈p / q⌉ ≤ (p + q − 1) / q in the place of the rounded quotients.
 */
export function lowerBound(a: Polynomial): Rational | undefined {
  if (a.tooLarge) return undefined;
  const number = constantOf(a);
  if (number) return number;
  const direct = shiftedBound(a);
  const relaxed = relax(a);
  const second = relaxed && shiftedBound(relaxed);
  if (!direct || !second) return direct ?? second;
  return compareRationals(direct, second) >= 0 ? direct : second;
}

export function upperBound(a: Polynomial): Rational | undefined {
  const bound = lowerBound(negate(a));
  return bound && times(bound, rational(-1n));
}

function shiftedBound(a: Polynomial): Rational | undefined {
  let shifted = a;
  const ranges = new Map<string, AtomRange>();
  for (const atom of atomsOf(a).values()) {
    const range = rangeOf(atom);
    if (range.from === undefined) return undefined;
    ranges.set(atom.key, range);
    if (range.from !== 0n)
      shifted = replaceAtom(shifted, atom, sum(ofAtom(atom), constant(rational(range.from))));
    if (shifted.tooLarge) return undefined;
  }
  return shifted.terms.reduce<Rational | undefined>((total, each) => {
    const least = leastOfShifted(each, ranges);
    return total && least && plus(total, least);
  }, zero);
}

function leastOfShifted(
  { coefficient, factors }: Term,
  ranges: ReadonlyMap<string, AtomRange>,
): Rational | undefined {
  if (factors.length === 0) return coefficient;
  if (coefficient.n > 0n) return zero;
  let greatest = one;
  for (const { atom, power } of factors) {
    const { from, to } = ranges.get(atom.key)!;
    if (from === undefined || to === undefined) return undefined;
    greatest = times(greatest, rational((to - from) ** BigInt(power)));
  }
  return times(coefficient, greatest);
}

interface AtomRange {
  readonly from: bigint | undefined;
  readonly to: bigint | undefined;
}

function rangeOf(atom: Atom): AtomRange {
  switch (atom.kind) {
    case "symbol":
      return { from: atom.from, to: atom.to };
    case "ceil":
      return rangeOfCeil(atom.numerator, atom.denominator);
    default:
      return rangeOfExtreme(atom.kind, atom.operands);
  }
}

function rangeOfCeil(numerator: Polynomial, denominator: Polynomial): AtomRange {
  const [low, high] = [lowerBound(numerator), upperBound(numerator)];
  const [least, greatest] = [lowerBound(denominator), upperBound(denominator)];
  if (!least || least.n <= 0n) return { from: undefined, to: undefined };
  const nearZero = low && low.n < 0n ? least : greatest;
  const from =
    low && (nearZero ? ceilBig(low.n * nearZero.d, low.d * nearZero.n) : low.n > 0n ? 1n : 0n);
  const farHigh = high && high.n < 0n ? greatest : least;
  const to = high && (farHigh ? ceilBig(high.n * farHigh.d, high.d * farHigh.n) : 0n);
  return { from, to };
}

function rangeOfExtreme(kind: "min" | "max", operands: readonly Polynomial[]): AtomRange {
  const lows = operands.map((operand) => round(lowerBound(operand), ceilBig));
  const highs = operands.map((operand) => round(upperBound(operand), floorBig));
  return kind === "max"
    ? { from: greatestKnown(lows), to: all(highs) && greatestKnown(highs) }
    : { from: all(lows) && leastKnown(lows), to: leastKnown(highs) };
}

function round(
  bound: Rational | undefined,
  by: (n: bigint, d: bigint) => bigint,
): bigint | undefined {
  return bound && by(bound.n, bound.d);
}

function all(values: readonly (bigint | undefined)[]): true | undefined {
  return values.every((value) => value !== undefined) || undefined;
}

function greatestKnown(values: readonly (bigint | undefined)[]): bigint | undefined {
  return values.reduce(
    (best, value) => (best === undefined || (value !== undefined && value > best) ? value : best),
    undefined,
  );
}

function leastKnown(values: readonly (bigint | undefined)[]): bigint | undefined {
  return values.reduce(
    (best, value) => (best === undefined || (value !== undefined && value < best) ? value : best),
    undefined,
  );
}

/** A rational polynomial that is nowhere above `a`; undefined when it has no rounded quotients by numbers to put one in the place of. */
function relax(a: Polynomial): Polynomial | undefined {
  let found = false;
  const parts = a.terms.map((each) => {
    const relaxed = relaxTerm(each);
    found ||= relaxed !== undefined;
    return relaxed ?? fromTerms([each]);
  });
  return found ? parts.reduce(sum, constant(zero)) : undefined;
}

function relaxTerm({ coefficient, factors }: Term): Polynomial | undefined {
  const rounded = factors.find(
    ({ atom, power }) => power === 1 && atom.kind === "ceil" && constantOf(atom.denominator),
  );
  if (rounded?.atom.kind !== "ceil") return undefined;
  const { atom } = rounded;
  const others = factors.filter((factor) => factor !== rounded);
  if (others.some((factor) => (rangeOf(factor.atom).from ?? -1n) < 0n)) return undefined;
  const divisor = constantOf(atom.denominator)!;
  const slack = coefficient.n < 0n ? plus(divisor, rational(-1n)) : zero;
  const quotient = scale(
    sum(atom.numerator, constant(slack)),
    times(coefficient, rational(divisor.d, divisor.n)),
  );
  return others.reduce(
    (total, { atom: other, power }) => product(total, powerOf(ofAtom(other), power)),
    quotient,
  );
}

export function powerOf(base: Polynomial, exponent: number): Polynomial {
  let result = constant(one);
  for (let count = 0; count < exponent && !result.tooLarge; count++) result = product(result, base);
  return result;
}

export function atomsOf(a: Polynomial): Map<string, Atom> {
  const atoms = new Map<string, Atom>();
  for (const { factors } of a.terms) for (const { atom } of factors) atoms.set(atom.key, atom);
  return atoms;
}

/** Puts `by` in the place of an atom of the polynomial's own terms. */
export function replaceAtom(a: Polynomial, atom: Atom, by: Polynomial): Polynomial {
  const parts = a.terms.map((each) => {
    const factor = each.factors.find((candidate) => candidate.atom.key === atom.key);
    if (!factor) return fromTerms([each]);
    const others = each.factors.filter((candidate) => candidate !== factor);
    return product(fromTerms([term(each.coefficient, others)]), powerOf(by, factor.power));
  });
  return parts.reduce(sum, constant(zero));
}
