import { defineActivation } from "../define.ts";
import { clamp } from "../support/branch.ts";

export const hardTanh = defineActivation({
  name: "hard_tanh",
  summary: "Tanh by straight lines.",
  formula: "y = min(max(x, -1), 1)",
  arguments: {},
  family: "saturating",
  gain: () => 1,
  examples: [{ in: [-4, 0, 0.5, 4], out: [-1, 0, 0.5, 1] }],
  scalar: (x) => Math.min(1, Math.max(-1, x)),
  saturates: { range: { from: -1, to: 1 }, flat: { low: -0.97, high: 0.97 }, steepest: 1 },
  example: "x -> dense(64) -> hard_tanh",
  techniques: ["A10"],
  lower: (graph, x) => clamp(graph, x, -1, 1),
});
