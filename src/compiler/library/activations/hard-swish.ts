import { defineActivation } from "../define.ts";
import { clamp } from "../support/branch.ts";

export const hardSwish = defineActivation({
  name: "hard_swish",
  summary: "Swish by straight lines.",
  formula: "y = x min(max(x + 3, 0), 6) / 6",
  source: "Howard et al. 2019, MobileNetV3",
  arguments: {},
  family: "rectifier",
  gain: () => 2,
  examples: [{ in: [-4, -1, 0, 1.5, 4], out: [0, -0.3333333333333333, 0, 1.125, 4] }],
  scalar: (x) => x * Math.min(1, Math.max(0, x / 6 + 0.5)),
  example: "x -> dense(64) -> hard_swish",
  techniques: ["A10"],
  lower: (graph, x) => graph.multiply(x, graph.divide(clamp(graph, graph.add(x, 3), 0, 6), 6)),
});
