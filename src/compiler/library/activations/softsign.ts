import { defineActivation } from "../define.ts";

export const softsign = defineActivation({
  name: "softsign",
  summary: "Saturates more gently than tanh.",
  formula: "y = x / (1 + |x|)",
  arguments: {},
  family: "saturating",
  gain: () => 1,
  examples: [{ in: [-3, 0, 1], out: [-0.75, 0, 0.5] }],
  scalar: (x) => x / (1 + Math.abs(x)),
  saturates: { range: { from: -1, to: 1 }, flat: { low: -0.97, high: 0.97 }, steepest: 1 },
  example: "x -> dense(64) -> softsign",
  techniques: ["A10"],
  lower: (graph, x) => graph.divide(x, graph.add(1, graph.absolute(x))),
});
