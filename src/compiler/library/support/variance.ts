import type { Distribution } from "../definition.ts";

/** The argument that the calibrated initialisers share. */
export const distributionArgument = {
  kind: "symbol",
  choices: ["normal", "uniform"],
  named: true,
  default: "normal",
  summary: "Normal numbers, or evenly distributed ones of the same variance.",
} as const;

/** Numbers of mean 0 and the given variance: N(0, v) or U(±√(3v)). */
export function withVariance(variance: number, distribution: "normal" | "uniform"): Distribution {
  if (distribution === "normal") return { kind: "normal", mean: 0, deviation: Math.sqrt(variance) };
  const limit = Math.sqrt(3 * variance);
  return { kind: "uniform", low: -limit, high: limit };
}
