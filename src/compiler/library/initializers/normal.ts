import { defineInitializer } from "../define.ts";

export const normal = defineInitializer({
  name: "normal",
  summary: "Independent normal numbers.",
  formula: "w ~ N(mean, deviation^2)",
  arguments: {
    deviation: { kind: "number", minimum: 0, summary: "The standard deviation." },
    mean: { kind: "number", named: true, default: 0, summary: "The mean." },
  },
  example: "for weights { init: normal(0.01) }",
  pitfalls:
    "One deviation for all layers makes activations vanish or explode with depth; `xavier` and `kaiming` follow the size of each layer.",
  techniques: ["B2"],
  fixed: true,
  sample: (_shape, _fan, { mean, deviation }) => ({ kind: "normal", mean, deviation }),
});
