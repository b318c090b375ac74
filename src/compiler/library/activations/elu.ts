import { defineActivation } from "../define.ts";
import { bySign } from "../support/branch.ts";

export const elu = defineActivation({
  name: "elu",
  summary: "Exponential linear unit: smooth below 0, towards -alpha.",
  formula: "y = x if x >= 0, otherwise alpha (exp(x) - 1)",
  source: "Clevert, Unterthiner, Hochreiter 2016",
  arguments: {
    alpha: { kind: "number", minimum: 0, default: 1, summary: "The limit below 0 is -alpha." },
  },
  family: "rectifier",
  gain: () => 2,
  examples: [
    {
      in: [-800, -1, 0, 1, 800],
      out: [-2, -1.2642411176571153, 0, 1, 800],
      arguments: { alpha: 2 },
    },
  ],
  scalar: (x, { alpha }) => (x >= 0 ? x : alpha * Math.expm1(x)),
  example: "x -> dense(64) -> elu",
  techniques: ["A7"],
  lower: (graph, x, { alpha }) =>
    bySign(
      graph,
      x,
      (high) => high,
      (low) => graph.multiply(alpha, graph.subtract(graph.exp(low), 1)),
    ),
});
