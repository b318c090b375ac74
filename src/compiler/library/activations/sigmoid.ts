import { logistic } from "../support/scalars.ts";
import { defineActivation } from "../define.ts";

export const sigmoid = defineActivation({
  name: "sigmoid",
  summary: "Logistic function, from 0 to 1.",
  formula: "y = 1 / (1 + exp(-x))",
  arguments: {},
  family: "saturating",
  gain: () => 1,
  examples: [{ in: [-800, 0, 1, 800], out: [0, 0.5, 0.7310585786300049, 1] }],
  scalar: logistic,
  saturates: {
    range: { from: 0, to: 1 },
    flat: { low: 0.015, high: 0.985 },
    steepest: 1 / 4,
  },
  example: "x -> dense(64) -> sigmoid",
  pitfalls:
    "Saturates: gradients vanish in deep stacks, and its outputs are not centred on 0. For the last layer of a binary classifier leave it out: `binary_cross_entropy` takes logits.",
  techniques: ["A3"],
  lower: (graph, x) => graph.sigmoid(x),
});
