import { defineInitializer } from "../define.ts";

export const uniform = defineInitializer({
  name: "uniform",
  summary: "Independent evenly distributed numbers.",
  formula: "w ~ U(-limit, limit)",
  arguments: {
    limit: { kind: "number", minimum: 0, summary: "The largest size a number can have." },
  },
  example: "for weights { init: uniform(0.05) }",
  techniques: ["B2"],
  fixed: true,
  sample: (_shape, _fan, { limit }) => ({ kind: "uniform", low: -limit, high: limit }),
});
