import { defineActivation } from "../define.ts";

export const leakyRelu = defineActivation({
  name: "leaky_relu",
  summary: "Rectified linear unit with a slope below 0, so that no unit dies.",
  formula: "y = x if x >= 0, otherwise alpha x",
  source: "Maas, Hannun, Ng 2013",
  arguments: {
    alpha: { kind: "number", minimum: 0, maximum: 1, default: 0.1, summary: "The slope below 0." },
  },
  family: "rectifier",
  gain: ({ alpha }) => 2 / (1 + alpha * alpha),
  examples: [
    { in: [-2, 0, 3], out: [-0.2, 0, 3] },
    { in: [-2, 3], out: [-0.02, 3], arguments: { alpha: 0.01 } },
  ],
  homogeneous: true,
  scalar: (x, { alpha }) => (x >= 0 ? x : alpha * x),
  example: "x -> dense(64) -> leaky_relu(0.1)",
  pitfalls: "The slope is 0.1 unless written; many frameworks have 0.01.",
  techniques: ["A6"],
  lower: (graph, x, { alpha }) => graph.select(graph.lessEqual(0, x), x, graph.multiply(alpha, x)),
});
