import { atomsOf, replaceAtom } from "./dim-bounds.ts";
import { constant, constantOf, constantTerm, negate, ofAtom, scale, sum } from "./polynomial.ts";
import type { Atom, Polynomial, Term } from "./polynomial.ts";
import { absolute, floorBig, lcm, one, rational } from "./rational.ts";

/** The shortest of the forms that a person would write; it can be read back as the language's text. */
export function printPolynomial(a: Polynomial): string {
  if (a.tooLarge) return "(too large)";
  let best = a;
  let text = printTerms(best);
  for (const atom of atomsOf(a).values()) {
    const before = best;
    for (const form of otherForms(atom)) {
      const changed = replaceAtom(before, atom, form);
      const candidate = printTerms(changed);
      if (candidate.length < text.length) [best, text] = [changed, candidate];
    }
  }
  return text;
}

/** ⌈n / q⌉ = ⌊(n − 1) / q⌋ + 1 = (p − mod(p, q)) / q with p = n + q − 1. */
function otherForms(atom: Atom): readonly Polynomial[] {
  if (atom.kind !== "ceil") return [];
  const { numerator, denominator } = atom;
  const less = sum(numerator, negate(constant(one)));
  const floor = sum(written(`floor(${quotient(less, denominator)})`), constant(one));
  const by = constantOf(denominator);
  if (!by) return [floor];
  const p = sum(less, denominator);
  const reduced = sum(p, constant(rational(-by.n * floorBig(constantTerm(p).n, by.n))));
  const remainder = written(`mod(${printPolynomial(reduced)}, ${by.n})`);
  return [floor, scale(sum(p, negate(remainder)), rational(1n, by.n))];
}

/** A text that stands in a formula like a symbol. */
function written(text: string): Polynomial {
  return ofAtom({ kind: "symbol", key: text, name: text, from: 0n });
}

function quotient(numerator: Polynomial, denominator: Polynomial): string {
  return `${bracketed(numerator)} / ${bracketed(denominator)}`;
}

function bracketed(a: Polynomial): string {
  const text = printPolynomial(a);
  return a.terms.length > 1 || (text.includes(" ") && !/^[a-z]+\([^()]*\)$/.test(text))
    ? `(${text})`
    : text;
}

function printTerms(a: Polynomial): string {
  const denominator = a.terms.reduce((common, { coefficient }) => lcm(common, coefficient.d), 1n);
  const whole = scale(a, rational(denominator));
  if (denominator !== 1n)
    return `${whole.terms.length > 1 ? `(${printTerms(whole)})` : printTerms(whole)} / ${denominator}`;
  const first = Math.max(
    0,
    whole.terms.findIndex(({ coefficient }) => coefficient.n > 0n),
  );
  const ordered = [
    ...whole.terms.slice(first, first + 1),
    ...whole.terms.slice(0, first),
    ...whole.terms.slice(first + 1),
  ];
  return ordered.map(printTerm).join(" ") || "0";
}

function printTerm({ coefficient: { n }, factors }: Term, index: number): string {
  const sign = n < 0n ? "-" : index > 0 ? "+" : "";
  const size = absolute(n);
  const parts = [
    ...(size === 1n && factors.length > 0 ? [] : [`${size}`]),
    ...factors.map(({ atom, power }) => printAtom(atom) + (power > 1 ? ` ^ ${power}` : "")),
  ];
  return `${sign}${sign && index > 0 ? " " : ""}${parts.join(" * ")}`;
}

function printAtom(atom: Atom): string {
  if (atom.kind === "symbol") return atom.name;
  if (atom.kind === "ceil") return `ceil(${quotient(atom.numerator, atom.denominator)})`;
  return `${atom.kind}(${atom.operands.map(printPolynomial).join(", ")})`;
}
