import { atomsOf, lowerBound, upperBound } from "./dim-bounds.ts";
import {
  constant,
  constantOf,
  constantTerm,
  divideTerms,
  fromTerms,
  negate,
  ofAtom,
  overflow,
  product,
  scale,
  sum,
} from "./polynomial.ts";
import type { Polynomial, Term } from "./polynomial.ts";
import { ceilBig, compareRationals, floorBig, gcd, lcm, one, rational } from "./rational.ts";
import type { Rational } from "./rational.ts";

/** ⌈p / q⌉ in normal form; too large where q is 0. */
export function ceilQuotient(p: Polynomial, q: Polynomial): Polynomial {
  if (p.tooLarge || q.tooLarge || q.terms.length === 0) return overflow;
  const [value, divisor] = [constantOf(p), constantOf(q)];
  if (value && divisor)
    return constant(rational(ceilBig(value.n * divisor.d, value.d * divisor.n)));
  const factor = rational(
    [...p.terms, ...q.terms].reduce((common, each) => lcm(common, each.coefficient.d), 1n),
  );
  const [numerator, denominator] = [scale(p, factor), scale(q, factor)];
  const by = constantOf(denominator);
  if (!by) return ceilByFormula(numerator, denominator);
  return by.n < 0n ? ceilByNumber(negate(numerator), -by.n) : ceilByNumber(numerator, by.n);
}

/** ⌊p / q⌋ = ⌈(p − q + 1) / q⌉ for whole p and q > 0; otherwise −⌈−p / q⌉. */
export function floorQuotient(p: Polynomial, q: Polynomial): Polynomial {
  const least = lowerBound(q);
  const value = constantOf(q);
  if (value && value.n < 0n) return floorQuotient(negate(p), negate(q));
  if (least && least.n > 0n) return ceilQuotient(sum(sum(p, negate(q)), constant(one)), q);
  return negate(ceilQuotient(negate(p), q));
}

/** With g the common divisor of k and all coefficients but the constant r: ⌈(gP + r) / gk⌉ = ⌈(P + ⌈r / g⌉) / k⌉. */
function ceilByNumber(numerator: Polynomial, by: bigint): Polynomial {
  const variable = numerator.terms.filter(({ factors }) => factors.length > 0);
  const common = variable.reduce((divisor, { coefficient }) => gcd(divisor, coefficient.n), by);
  const shifted = constant(rational(ceilBig(constantTerm(numerator).n, common)));
  return ceilOfReduced(sum(scale(fromTerms(variable), rational(1n, common)), shifted), by / common);
}

/** Takes whole multiples out: ⌈(kP + R) / k⌉ = P + ⌈R / k⌉ with every coefficient of R in 0 … k − 1. */
function ceilOfReduced(numerator: Polynomial, by: bigint): Polynomial {
  const quotients = numerator.terms.map((each) => ({
    ...each,
    coefficient: rational(floorBig(each.coefficient.n, by)),
  }));
  const whole = fromTerms(quotients);
  const rest = sum(numerator, negate(scale(whole, rational(by))));
  return sum(whole, ceilOfRest(rest, constant(rational(by))));
}

function ceilByFormula(numerator: Polynomial, denominator: Polynomial): Polynomial {
  const exact = exactQuotient(numerator, denominator);
  if (exact) return exact;
  const content = [...numerator.terms, ...denominator.terms].reduce(
    (divisor, { coefficient }) => gcd(divisor, coefficient.n),
    0n,
  );
  const [p, q] = [
    scale(numerator, rational(1n, content)),
    scale(denominator, rational(1n, content)),
  ];
  const divisor = q.terms.length === 1 ? q.terms[0]! : undefined;
  const whole = fromTerms(divisor ? p.terms.flatMap((each) => wholeQuotient(each, divisor)) : []);
  return sum(whole, ceilOfRest(sum(p, negate(product(whole, q))), q));
}

function wholeQuotient(each: Term, divisor: Term): readonly Term[] {
  const quotient = divideTerms(each, divisor);
  return quotient
    ? [
        {
          ...quotient,
          coefficient: rational(floorBig(quotient.coefficient.n, quotient.coefficient.d)),
        },
      ]
    : [];
}

function ceilOfRest(rest: Polynomial, by: Polynomial): Polynomial {
  if (rest.terms.length === 0) return rest;
  if (rest.tooLarge || by.tooLarge) return overflow;
  return ceilWithinBounds(rest, by) ?? mergeNested(rest, by) ?? ceilAtom(rest, by);
}

/** A quotient whose bounds round to one number is that number. */
function ceilWithinBounds(rest: Polynomial, by: Polynomial): Polynomial | undefined {
  const divisor = constantOf(by);
  const low = lowerBound(rest);
  if (!low) return undefined;
  if (!divisor) {
    const room = lowerBound(sum(by, negate(rest)));
    return low.n > 0n && room && room.n >= 0n ? constant(one) : undefined;
  }
  const high = upperBound(rest);
  const least = ceilBig(low.n, low.d * divisor.n);
  return high && ceilBig(high.n, high.d * divisor.n) === least
    ? constant(rational(least))
    : undefined;
}

/** ⌈(⌈p / a⌉ + m) / q⌉ = ⌈(p + a m) / (a q)⌉ for a, q > 0 and whole m. */
function mergeNested(rest: Polynomial, by: Polynomial): Polynomial | undefined {
  for (const each of rest.terms) {
    const only = each.factors[0];
    if (
      each.factors.length !== 1 ||
      only!.power !== 1 ||
      compareRationals(each.coefficient, one) !== 0
    )
      continue;
    if (only!.atom.kind !== "ceil" || !isPositive(only!.atom.denominator) || !isPositive(by))
      continue;
    const { numerator, denominator } = only!.atom;
    const others = fromTerms(rest.terms.filter((other) => other !== each));
    return ceilQuotient(sum(numerator, product(denominator, others)), product(denominator, by));
  }
  return undefined;
}

function isPositive(a: Polynomial): boolean {
  const least = lowerBound(a);
  return least !== undefined && least.n > 0n;
}

function ceilAtom(numerator: Polynomial, denominator: Polynomial): Polynomial {
  return ofAtom({
    kind: "ceil",
    key: `ceil(${numerator.key},${denominator.key})`,
    numerator,
    denominator,
  });
}

/** p / q where it is proved whole: the division leaves nothing, and the quotient is whole for all residues of its symbols. */
export function exactQuotient(p: Polynomial, q: Polynomial): Polynomial | undefined {
  if (p.tooLarge || q.tooLarge || q.terms.length === 0) return undefined;
  const [value, divisor] = [constantOf(p), constantOf(q)];
  if (value && divisor) return wholeOnly(rational(value.n * divisor.d, value.d * divisor.n));
  let rest = p;
  let quotient = constant(rational(0n));
  for (let step = 0; rest.terms.length > 0; step++) {
    const next = divideTerms(rest.terms[0]!, q.terms[0]!);
    if (!next || step > 200) return undefined;
    const part = fromTerms([next]);
    quotient = sum(quotient, part);
    rest = sum(rest, negate(product(part, q)));
    if (rest.tooLarge || quotient.tooLarge) return undefined;
  }
  return isWhole(quotient) ? quotient : undefined;
}

function wholeOnly(value: Rational): Polynomial | undefined {
  return value.d === 1n ? constant(value) : undefined;
}

/** A polynomial with common denominator D is whole everywhere when D times it is 0 modulo D for every residue of its atoms. */
function isWhole(a: Polynomial): boolean {
  const denominator = a.terms.reduce((common, { coefficient }) => lcm(common, coefficient.d), 1n);
  if (denominator === 1n) return true;
  const keys = [...atomsOf(a).keys()];
  if (Number(denominator) ** keys.length > 20_000) return false;
  const terms = a.terms.map(({ coefficient, factors }) => ({
    coefficient: coefficient.n * (denominator / coefficient.d),
    factors: factors.map(({ atom, power }) => ({
      place: keys.indexOf(atom.key),
      power: BigInt(power),
    })),
  }));
  const residues = keys.map(() => 0n);
  do {
    const value = terms.reduce(
      (total, each) =>
        total +
        each.factors.reduce(
          (part, { place, power }) => part * residues[place]! ** power,
          each.coefficient,
        ),
      0n,
    );
    if (value % denominator !== 0n) return false;
  } while (advance(residues, denominator));
  return true;
}

/** Counts `digits` up by one in the given base; false after the last. */
function advance(digits: bigint[], base: bigint): boolean {
  for (let place = 0; place < digits.length; place++) {
    digits[place]! += 1n;
    if (digits[place]! < base) return true;
    digits[place] = 0n;
  }
  return false;
}
