import { softplusNumber } from "../support/scalars.ts";
import { defineActivation } from "../define.ts";
import { softplusOf } from "../support/branch.ts";

export const mish = defineActivation({
  name: "mish",
  summary: "Self-regularised smooth rectifier.",
  formula: "y = x tanh(log(1 + exp(x)))",
  source: "Misra 2019",
  arguments: {},
  family: "rectifier",
  gain: () => 2,
  examples: [
    { in: [-800, -1, 0, 1, 800], out: [0, -0.30340146137410895, 0, 0.8650983882673103, 800] },
  ],
  scalar: (x) => x * Math.tanh(softplusNumber(x)),
  example: "x -> dense(64) -> mish",
  techniques: ["A10"],
  lower: (graph, x) => graph.multiply(x, graph.tanh(softplusOf(graph, x))),
});
