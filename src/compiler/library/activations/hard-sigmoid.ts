import { defineActivation } from "../define.ts";
import { clamp } from "../support/branch.ts";

export const hardSigmoid = defineActivation({
  name: "hard_sigmoid",
  summary: "Sigmoid by straight lines.",
  formula: "y = min(max(x + 3, 0), 6) / 6",
  arguments: {},
  family: "saturating",
  gain: () => 1,
  examples: [{ in: [-4, 0, 1.5, 4], out: [0, 0.5, 0.75, 1] }],
  scalar: (x) => Math.min(1, Math.max(0, x / 6 + 0.5)),
  saturates: {
    range: { from: 0, to: 1 },
    flat: { low: 0.015, high: 0.985 },
    steepest: 1 / 6,
  },
  example: "x -> dense(64) -> hard_sigmoid",
  techniques: ["A10"],
  lower: (graph, x) => graph.divide(clamp(graph, graph.add(x, 3), 0, 6), 6),
});
