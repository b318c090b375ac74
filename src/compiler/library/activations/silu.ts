import { logistic } from "../support/scalars.ts";
import { defineActivation } from "../define.ts";

export const silu = defineActivation({
  name: "silu",
  summary: "Sigmoid-weighted linear unit, also called swish.",
  formula: "y = x / (1 + exp(-x))",
  source: "Elfwing, Uchibe, Doya 2018; Ramachandran, Zoph, Le 2017",
  arguments: {},
  family: "rectifier",
  gain: () => 2,
  examples: [
    { in: [-800, -1, 0, 1, 800], out: [0, -0.2689414213699951, 0, 0.7310585786300049, 800] },
  ],
  scalar: (x) => x * logistic(x),
  example: "x -> dense(64) -> silu",
  techniques: ["A10"],
  lower: (graph, x) => graph.multiply(x, graph.sigmoid(x)),
});
