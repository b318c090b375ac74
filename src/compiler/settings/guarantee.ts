import { defineSetting } from "./setting.ts";

export const guarantee = defineSetting({
  name: "guarantee",
  summary:
    "What the schedule must keep for stochastic descent to converge: Σ η = ∞ and Σ η² < ∞ (Robbins, Monro 1951).",
  takes: "`robbins_monro`",
  otherwise: "none",
  example: "guarantee: robbins_monro",
  infer: ({ written, argument, read }) => {
    if (!written) return {};
    const word = argument({ kind: "symbol", choices: ["robbins_monro"], summary: "" });
    return word !== undefined && read("guarantee") ? {} : undefined;
  },
});
