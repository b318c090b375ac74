import { defineActivation } from "../define.ts";

export const tanh = defineActivation({
  name: "tanh",
  summary: "Hyperbolic tangent, from -1 to 1.",
  formula: "y = (exp(x) - exp(-x)) / (exp(x) + exp(-x))",
  arguments: {},
  family: "saturating",
  gain: () => 25 / 9,
  examples: [{ in: [-800, 0, 1, 800], out: [-1, 0, 0.7615941559557649, 1] }],
  scalar: (x) => Math.tanh(x),
  saturates: { range: { from: -1, to: 1 }, flat: { low: -0.97, high: 0.97 }, steepest: 1 },
  example: "x -> dense(64) -> tanh",
  pitfalls:
    "Saturates: gradients vanish in deep stacks without normalisation. Goes with Xavier initialisation.",
  techniques: ["A4"],
  lower: (graph, x) => graph.tanh(x),
});
