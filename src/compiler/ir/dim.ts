import { atomsOf, lowerBound, powerOf, upperBound } from "./dim-bounds.ts";
import { ceilQuotient, exactQuotient, floorQuotient } from "./dim-division.ts";
import { printPolynomial } from "./dim-print.ts";
import {
  constant,
  constantOf,
  negate,
  ofAtom,
  overflow,
  polynomial,
  product,
  scale,
  sum,
} from "./polynomial.ts";
import type { Atom, Polynomial } from "./polynomial.ts";
import type { Dim } from "./dim-type.ts";
import { ceilBig, floorBig, rational } from "./rational.ts";
import { invariant } from "../base/invariant.ts";

export type { Dim };

export function isDim(value: unknown): value is Dim {
  return typeof value === "object" && value !== null && "dim" in value && value.dim === true;
}

/** The integer `value`. */
export function size(value: number | bigint): Dim {
  invariant(
    typeof value === "bigint" || Number.isInteger(value),
    `a size must be whole, not ${value}`,
  );
  return constant(rational(BigInt(value)));
}

/** Any integer from 1 on, or from … to where a range is given; both ends belong to it. Names of one range are one symbol. */
export function symbol(
  name: string,
  range: { readonly from: number; readonly to?: number } = { from: 1 },
): Dim {
  const bounds =
    range.from === 1 && range.to === undefined ? "" : `{${range.from}..${range.to ?? ""}}`;
  const to = range.to === undefined ? {} : { to: BigInt(range.to) };
  return ofAtom({ kind: "symbol", key: name + bounds, name, from: BigInt(range.from), ...to });
}

export function add(...operands: readonly Dim[]): Dim {
  return operands.map(polynomial).reduce(sum, constant(rational(0n)));
}

export function subtract(a: Dim, b: Dim): Dim {
  return sum(polynomial(a), negate(polynomial(b)));
}

export function multiply(...operands: readonly Dim[]): Dim {
  return operands.map(polynomial).reduce(product, constant(rational(1n)));
}

/** a to a whole power from 0 on; too large where nothing sensible has so many digits. */
export function power(a: Dim, exponent: number): Dim {
  invariant(
    Number.isInteger(exponent) && exponent >= 0,
    `a power must be a whole number from 0 on, not ${exponent}`,
  );
  const value = known(a);
  if (exponent > 256 && value !== undefined && Math.abs(value) <= 1)
    return size(value === -1 && exponent % 2 === 0 ? 1 : exponent === 0 ? 1 : value);
  return exponent > 256 ? overflow : powerOf(polynomial(a), exponent);
}

/** a / b, or undefined when it is not proved whole. */
export function divideExactly(a: Dim, b: Dim): Dim | undefined {
  return exactQuotient(polynomial(a), polynomial(b));
}

/** ⌈a / b⌉. */
export function ceilDivide(a: Dim, b: Dim): Dim {
  return ceilQuotient(polynomial(a), polynomial(b));
}

/** ⌊a / b⌋. */
export function floorDivide(a: Dim, b: Dim): Dim {
  return floorQuotient(polynomial(a), polynomial(b));
}

export function minimum(...operands: readonly Dim[]): Dim {
  return extreme("min", operands);
}

export function maximum(...operands: readonly Dim[]): Dim {
  return extreme("max", operands);
}

/** The remainder a − b ⌊a / b⌋, from 0 to b − 1 for b > 0. */
export function modulo(a: Dim, b: Dim): Dim {
  return subtract(a, multiply(b, floorDivide(a, b)));
}

function extreme(kind: "min" | "max", operands: readonly Dim[]): Dim {
  const flat = operands.map(polynomial).flatMap((operand) => operandsOf(kind, operand));
  if (flat.some((operand) => operand.tooLarge)) return overflow;
  const kept: Polynomial[] = [];
  for (const operand of flat) {
    if (kept.some((other) => decides(kind, other, operand))) continue;
    for (let index = kept.length - 1; index >= 0; index--)
      if (decides(kind, operand, kept[index]!)) kept.splice(index, 1);
    kept.push(operand);
  }
  if (kept.length === 1) return kept[0]!;
  kept.sort((a, b) => (a.key < b.key ? -1 : 1));
  return ofAtom({ kind, key: `${kind}(${kept.map(({ key }) => key).join(",")})`, operands: kept });
}

function operandsOf(kind: "min" | "max", operand: Polynomial): readonly Polynomial[] {
  const atom = operand.terms[0]?.factors[0]?.atom;
  return atom &&
    (atom.kind === "min" || atom.kind === "max") &&
    atom.kind === kind &&
    ofAtom(atom).key === operand.key
    ? atom.operands
    : [operand];
}

/** Whether `a` is proved to be the extreme of the two. */
function decides(kind: "min" | "max", a: Polynomial, b: Polynomial): boolean {
  const bound = lowerBound(kind === "min" ? sum(b, negate(a)) : sum(a, negate(b)));
  return bound !== undefined && bound.n >= 0n;
}

/** The integer, when there are no symbols in it; inexact above 2^53, infinite when too large. */
export function known(dim: Dim): number | undefined {
  if (polynomial(dim).tooLarge) return Infinity;
  const value = constantOf(polynomial(dim));
  return value && Number(value.n);
}

/** Formulas beyond the limits (400 terms, degree 64, 200 bits) are one value of which nothing is known. */
export function isTooLarge(dim: Dim): boolean {
  return polynomial(dim).tooLarge;
}

export function equalDims(a: Dim, b: Dim): boolean {
  return a.key === b.key && !isTooLarge(a);
}

/** How a and b compare for every value of their symbols, as far as it can be proved. */
export function compareDims(
  a: Dim,
  b: Dim,
): "less" | "equal" | "greater" | "at most" | "at least" | "unknown" {
  if (equalDims(a, b)) return "equal";
  const difference = polynomial(subtract(a, b));
  const [least, greatest] = [lowerBound(difference), upperBound(difference)];
  if (least && least.n > 0n) return "greater";
  if (greatest && greatest.n < 0n) return "less";
  if (least && least.n >= 0n) return "at least";
  return greatest && greatest.n <= 0n ? "at most" : "unknown";
}

interface Bounds {
  readonly from: bigint | undefined;
  readonly to: bigint | undefined;
}

const boundsOf = new WeakMap<Dim, Bounds>();

/** Whole numbers that the formula is never below or above, where they can be found; found once for each formula. */
export function bounds(dim: Dim): Bounds {
  const known = boundsOf.get(dim) ?? findBounds(polynomial(dim));
  boundsOf.set(dim, known);
  return known;
}

function findBounds(a: Polynomial): Bounds {
  const number = constantOf(a);
  if (number) return { from: ceilBig(number.n, number.d), to: floorBig(number.n, number.d) };
  const [low, high] = [lowerBound(a), upperBound(a)];
  return { from: low && ceilBig(low.n, low.d), to: high && floorBig(high.n, high.d) };
}

/** The names of the symbols in it, sorted. */
export function symbolsOf(dim: Dim): readonly string[] {
  const names = new Set<string>();
  collect(polynomial(dim), names);
  return [...names].sort();
}

function collect(a: Polynomial, names: Set<string>): void {
  for (const atom of atomsOf(a).values()) {
    if (atom.kind === "symbol") names.add(atom.name);
    else
      for (const part of atom.kind === "ceil" ? [atom.numerator, atom.denominator] : atom.operands)
        collect(part, names);
  }
}

/** Puts sizes in the place of symbols; those without a value stay. */
export function substitute(dim: Dim, values: ReadonlyMap<string, Dim>): Dim {
  const terms = polynomial(dim).terms.map(({ coefficient, factors }) => {
    const parts = factors.map(({ atom, power: exponent }) =>
      powerOf(polynomial(substituteAtom(atom, values)), exponent),
    );
    return scale(parts.reduce(product, constant(rational(1n))), coefficient);
  });
  return isTooLarge(dim) ? dim : terms.reduce(sum, constant(rational(0n)));
}

function substituteAtom(atom: Atom, values: ReadonlyMap<string, Dim>): Dim {
  if (atom.kind === "symbol") return values.get(atom.name) ?? ofAtom(atom);
  if (atom.kind === "ceil")
    return ceilDivide(substitute(atom.numerator, values), substitute(atom.denominator, values));
  return extreme(
    atom.kind,
    atom.operands.map((operand) => substitute(operand, values)),
  );
}

/** The number it comes to; every symbol must have a value. */
export function evaluate(dim: Dim, values: ReadonlyMap<string, number>): number {
  const result = known(
    substitute(dim, new Map([...values].map(([name, value]) => [name, size(value)]))),
  );
  invariant(
    result !== undefined,
    `no value for ${symbolsOf(dim)
      .filter((name) => !values.has(name))
      .join(", ")}`,
  );
  return result;
}

/** As a person would write it. */
export function print(dim: Dim): string {
  return printPolynomial(polynomial(dim));
}
