import { normalDistribution } from "../support/scalars.ts";
import { defineActivation } from "../define.ts";
import type { GraphBuilder } from "../../ir/builder.ts";
import type { Node } from "../../ir/graph.ts";
import { clamp } from "../support/branch.ts";

/** Beyond 10 the tanh is 1 in every precision, and x cubed could overflow. */
function inner(graph: GraphBuilder, x: Node): Node {
  const near = clamp(graph, x, -10, 10);
  const cube = graph.multiply(graph.multiply(near, near), near);
  return graph.multiply(Math.sqrt(2 / Math.PI), graph.add(near, graph.multiply(0.044715, cube)));
}

export const gelu = defineActivation({
  name: "gelu",
  summary: "Gaussian error linear unit: x times the chance that a standard normal is below x.",
  formula:
    "exact: y = x (1 + erf(x / sqrt(2))) / 2; tanh: y = x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2",
  source: "Hendrycks, Gimpel 2016",
  arguments: {
    form: {
      kind: "symbol",
      choices: ["exact", "tanh"],
      default: "exact",
      summary: "The exact formula, or the approximation of the first transformers.",
    },
  },
  family: "rectifier",
  gain: () => 2,
  examples: [
    { in: [-800, -1, 0, 1, 800], out: [0, -0.15865525393145707, 0, 0.8413447460685429, 800] },
    { in: [-1, 1], out: [-0.15880800939172324, 0.8411919906082768], arguments: { form: "tanh" } },
  ],
  scalar: (x) => x * normalDistribution(x),
  example: "x -> dense(64) -> gelu",
  techniques: ["A10"],
  lower: (graph, x, { form }) => {
    const cumulative =
      form === "exact" ? graph.erf(graph.multiply(x, Math.SQRT1_2)) : graph.tanh(inner(graph, x));
    return graph.multiply(graph.multiply(0.5, x), graph.add(1, cumulative));
  },
});
