import type { ArgumentValue } from "../arguments.ts";

/** How a rate behaves when it goes on for ever: like coefficient · e^(exponent·t) · t^power · (log t)^logarithm. */
export interface LeadingTerm {
  readonly kind: "term";
  readonly coefficient: number;
  readonly exponent: number;
  readonly power: number;
  readonly logarithm: number;
  /** In words, where the numbers alone would not say it. */
  readonly because?: string;
}

export type Growth =
  | LeadingTerm
  /** 0 from some step on. */
  | { readonly kind: "zero" }
  /** `why` is a clause: "nobody knows how often the number stops getting better". */
  | { readonly kind: "unknown"; readonly why: string };

export type KnownGrowth = Exclude<Growth, { kind: "unknown" }>;

export function term(coefficient: number, power = 0, logarithm = 0, exponent = 0): Growth {
  return coefficient === 0
    ? { kind: "zero" }
    : { kind: "term", coefficient, power, logarithm, exponent };
}

export const zero: Growth = { kind: "zero" };

export function unknown(why: string): Growth {
  return { kind: "unknown", why };
}

/** A rate that ends at `to` (a number, or a multiple of the run's own rate) and stays there. */
export function staysAt(to: ArgumentValue): Growth {
  const value = typeof to === "object" && "multiple" in to ? to.multiple : to;
  return value === 0
    ? zero
    : {
        kind: "term",
        coefficient: 1,
        power: 0,
        logarithm: 0,
        exponent: 0,
        because: "it ends at a fixed rate",
      };
}

/** A rate that is multiplied by `factor` again and again. */
export function timesFactor(factor: number): Growth {
  return term(1, 0, 0, Math.log(factor));
}

export type Sum = "infinite" | "finite";

/** Whether Σ η^degree over all steps is finite. */
export function sumOf(growth: LeadingTerm | { readonly kind: "zero" }, degree: 1 | 2): Sum {
  if (growth.kind === "zero") return "finite";
  const [exponent, power, logarithm] = [
    growth.exponent * degree,
    growth.power * degree,
    growth.logarithm * degree,
  ];
  if (exponent !== 0) return exponent > 0 ? "infinite" : "finite";
  // 1/3 + 2/3 and the like are 1 but for rounding.
  if (Math.abs(power + 1) > 1e-12) return power > -1 ? "infinite" : "finite";
  return logarithm >= -1 - 1e-12 ? "infinite" : "finite";
}
