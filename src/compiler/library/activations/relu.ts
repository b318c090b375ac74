import { defineActivation } from "../define.ts";
import { rectify } from "../support/branch.ts";

export const relu = defineActivation({
  name: "relu",
  summary: "Rectified linear unit: the default choice.",
  formula: "y = max(0, x)",
  source: "Nair, Hinton 2010, Rectified Linear Units Improve Restricted Boltzmann Machines",
  arguments: {},
  family: "rectifier",
  gain: () => 2,
  examples: [{ in: [-2, 0, 3], out: [0, 0, 3] }],
  homogeneous: true,
  scalar: (x) => Math.max(0, x),
  example: "x -> dense(64) -> relu",
  pitfalls:
    'Units whose input is always negative stop learning ("dead" units): lower the rate, or use `leaky_relu`. Goes with Kaiming initialisation.',
  techniques: ["A5"],
  lower: (graph, x) => rectify(graph, x),
});
