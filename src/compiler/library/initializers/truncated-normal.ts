import { defineInitializer } from "../define.ts";

export const truncatedNormal = defineInitializer({
  name: "truncated_normal",
  summary: "Normal numbers, drawn again while they are further than two deviations from the mean.",
  formula: "w ~ N(mean, deviation^2) given |w - mean| <= 2 deviation",
  arguments: {
    deviation: {
      kind: "number",
      minimum: 0,
      summary:
        "The standard deviation of the uncut distribution; that of what is drawn is 0.8796 times it.",
    },
    mean: { kind: "number", named: true, default: 0, summary: "The mean." },
  },
  example: "for weights { init: truncated_normal(0.02) }",
  techniques: ["B7"],
  fixed: true,
  sample: (_shape, _fan, { mean, deviation }) => ({ kind: "truncated_normal", mean, deviation }),
});
