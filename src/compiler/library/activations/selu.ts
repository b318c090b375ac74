import { defineActivation } from "../define.ts";
import { bySign } from "../support/branch.ts";

const scale = 1.0507009873554805;
const alpha = 1.6732632423543772;

export const selu = defineActivation({
  name: "selu",
  summary: "Scaled ELU: keeps mean 0 and variance 1 through deep dense stacks.",
  formula:
    "y = scale x if x >= 0, otherwise scale alpha (exp(x) - 1), with scale = 1.0507009873554805, alpha = 1.6732632423543772",
  source: "Klambauer, Unterthiner, Mayr, Hochreiter 2017",
  arguments: {},
  family: "linear",
  gain: () => 1,
  examples: [
    {
      in: [-800, -1, 0, 1],
      out: [-1.7580993408473766, -1.1113307378125625, 0, 1.0507009873554805],
    },
  ],
  scalar: (x) => scale * (x >= 0 ? x : alpha * Math.expm1(x)),
  example: "x -> dense(64) -> selu",
  pitfalls: "Its promise holds with `lecun` initialisation only.",
  techniques: ["A10"],
  lower: (graph, x) =>
    graph.multiply(
      scale,
      bySign(
        graph,
        x,
        (high) => high,
        (low) => graph.multiply(alpha, graph.subtract(graph.exp(low), 1)),
      ),
    ),
});
