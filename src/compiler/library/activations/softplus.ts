import { softplusNumber } from "../support/scalars.ts";
import { defineActivation } from "../define.ts";
import { softplusOf } from "../support/branch.ts";

export const softplus = defineActivation({
  name: "softplus",
  summary: "Smooth rectifier.",
  formula: "y = log(1 + exp(x))",
  arguments: {},
  family: "rectifier",
  gain: () => 2,
  examples: [{ in: [-800, 0, 1, 800], out: [0, Math.LN2, 1.3132616875182228, 800] }],
  scalar: softplusNumber,
  example: "x -> dense(64) -> softplus",
  techniques: ["A10"],
  lower: (graph, x) => softplusOf(graph, x),
});
