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
  example: "x -> dense(64) -> hard_tanh",
  techniques: ["A10"],
  lower: (graph, x) => clamp(graph, x, -1, 1),
});
