import type { Dim } from "./dim-type.ts";
import { absolute, one, plus, rational, times, zero } from "./rational.ts";
import type { Rational } from "./rational.ts";

/**
 * What a size is made of besides integers. Rounded quotients are all written as ⌈p / q⌉, so that equal ones have one form:
 * ⌊p / q⌋ = ⌈(p − q + 1) / q⌉ and mod(p, q) = p − q ⌊p / q⌋.
 */
export type Atom =
  | {
      readonly kind: "symbol";
      readonly key: string;
      readonly name: string;
      readonly from: bigint;
      readonly to?: bigint;
    }
  | {
      readonly kind: "ceil";
      readonly key: string;
      readonly numerator: Polynomial;
      readonly denominator: Polynomial;
    }
  | {
      readonly kind: "min" | "max";
      readonly key: string;
      readonly operands: readonly Polynomial[];
    };

export interface Factor {
  readonly atom: Atom;
  readonly power: number;
}

export interface Term {
  readonly coefficient: Rational;
  /** By key; empty for the constant. */
  readonly factors: readonly Factor[];
  readonly monomial: string;
}

/** A size in normal form: the sum of its terms, by monomial; whole for every value of its symbols. */
export interface Polynomial extends Dim {
  readonly terms: readonly Term[];
  /** A coefficient or the number of terms passed the limits; nothing more is known. */
  readonly tooLarge: boolean;
}

const greatestCoefficient = 1n << 200n;
const mostTerms = 400;
const greatestDegree = 64;

export const overflow: Polynomial = { dim: true, key: "∞", terms: [], tooLarge: true };

export function polynomial(dim: Dim): Polynomial {
  return dim as Polynomial;
}

export function constant(value: Rational): Polynomial {
  return single({ coefficient: value, factors: [], monomial: "" });
}

/** What fromTerms makes of one term: nearly all sizes are plain numbers, and nearly all of the time goes into them. */
function single(only: Term): Polynomial {
  const {
    coefficient: { n, d },
    monomial,
  } = only;
  if (n === 0n) return { dim: true, key: "0", terms: [], tooLarge: false };
  if (isExcessive(only)) return overflow;
  return {
    dim: true,
    key: `${n}${d === 1n ? "" : `/${d}`}${monomial && `*${monomial}`}`,
    terms: [only],
    tooLarge: false,
  };
}

export function ofAtom(atom: Atom): Polynomial {
  return fromTerms([term(one, [{ atom, power: 1 }])]);
}

export function term(coefficient: Rational, factors: readonly Factor[]): Term {
  return {
    coefficient,
    factors,
    monomial: factors.map(({ atom, power }) => `${atom.key}^${power}`).join("*"),
  };
}

/** Collects equal monomials, drops zeros, sorts (the constant last) and writes the key. */
export function fromTerms(terms: readonly Term[]): Polynomial {
  if (terms.length === 1) return single(terms[0]!);
  const byMonomial = new Map<string, Term>();
  for (const each of terms) {
    const before = byMonomial.get(each.monomial);
    byMonomial.set(
      each.monomial,
      before ? { ...each, coefficient: plus(before.coefficient, each.coefficient) } : each,
    );
  }
  const kept = [...byMonomial.values()]
    .filter(({ coefficient }) => coefficient.n !== 0n)
    .sort(byDegreeThenName);
  if (kept.length > mostTerms || kept.some(isExcessive)) return overflow;
  const key = kept
    .map(
      ({ coefficient: { n, d }, monomial }) =>
        `${n}${d === 1n ? "" : `/${d}`}${monomial && `*${monomial}`}`,
    )
    .join("+");
  return { dim: true, key: key || "0", terms: kept, tooLarge: false };
}

function byDegreeThenName(a: Term, b: Term): number {
  const difference = degree(b) - degree(a);
  if (difference !== 0) return difference;
  return a.monomial < b.monomial ? -1 : a.monomial > b.monomial ? 1 : 0;
}

function degree({ factors }: Term): number {
  return factors.reduce((sum, { power }) => sum + power, 0);
}

function isExcessive(each: Term): boolean {
  const { n, d } = each.coefficient;
  return (
    absolute(n) > greatestCoefficient ||
    d > greatestCoefficient ||
    degree(each) > greatestDegree ||
    each.monomial.length > 4000
  );
}

export function sum(a: Polynomial, b: Polynomial): Polynomial {
  if (a.tooLarge || b.tooLarge) return overflow;
  if (a.terms.length === 0) return b;
  if (b.terms.length === 0) return a;
  const [left, right] = [constantOf(a), constantOf(b)];
  return left && right ? constant(plus(left, right)) : fromTerms([...a.terms, ...b.terms]);
}

export function scale(a: Polynomial, by: Rational): Polynomial {
  if (a.tooLarge) return overflow;
  if (by.n === 1n && by.d === 1n) return a;
  return fromTerms(a.terms.map((each) => ({ ...each, coefficient: times(each.coefficient, by) })));
}

export function negate(a: Polynomial): Polynomial {
  return scale(a, rational(-1n));
}

export function product(a: Polynomial, b: Polynomial): Polynomial {
  if (a.tooLarge || b.tooLarge || a.terms.length * b.terms.length > 20_000) return overflow;
  const [left, right] = [constantOf(a), constantOf(b)];
  if (left) return right ? constant(times(left, right)) : scale(b, left);
  if (right) return scale(a, right);
  return fromTerms(a.terms.flatMap((left) => b.terms.map((right) => multiplyTerms(left, right))));
}

function multiplyTerms(a: Term, b: Term): Term {
  const powers = new Map<string, Factor>();
  for (const factor of [...a.factors, ...b.factors]) {
    const before = powers.get(factor.atom.key);
    powers.set(factor.atom.key, { atom: factor.atom, power: factor.power + (before?.power ?? 0) });
  }
  const factors = [...powers.values()].sort((x, y) => (x.atom.key < y.atom.key ? -1 : 1));
  return term(times(a.coefficient, b.coefficient), factors);
}

/** a / b where every factor of b is in a. */
export function divideTerms(a: Term, b: Term): Term | undefined {
  const factors: Factor[] = [];
  const divisors = new Map(b.factors.map((factor) => [factor.atom.key, factor.power]));
  for (const factor of a.factors) {
    const power = factor.power - (divisors.get(factor.atom.key) ?? 0);
    divisors.delete(factor.atom.key);
    if (power < 0) return undefined;
    if (power > 0) factors.push({ atom: factor.atom, power });
  }
  if (divisors.size > 0) return undefined;
  return term(
    times(a.coefficient, {
      n: b.coefficient.d * (b.coefficient.n < 0n ? -1n : 1n),
      d: absolute(b.coefficient.n),
    }),
    factors,
  );
}

/** The value when there are no symbols. */
export function constantOf(a: Polynomial): Rational | undefined {
  if (a.tooLarge || a.terms.length > 1) return undefined;
  const only = a.terms[0];
  if (!only) return zero;
  return only.factors.length === 0 ? only.coefficient : undefined;
}

/** The constant term. */
export function constantTerm(a: Polynomial): Rational {
  return a.terms.find(({ factors }) => factors.length === 0)?.coefficient ?? zero;
}
