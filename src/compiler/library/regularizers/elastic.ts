import { defineRegularizer } from "../define.ts";
import { absoluteSum, halfSquareSum, strength } from "../support/penalty.ts";

export const elastic = defineRegularizer({
  name: "elastic",
  summary: "Elastic net: L1 and L2 together.",
  formula:
    "l1 sum |w| + (l2 / 2) sum w^2; the form lambda (beta w^2 + |w|) is l1 = lambda, l2 = 2 lambda beta",
  source: "Zou, Hastie 2005",
  applies: "tensor",
  arguments: {
    l1: { ...strength, named: true, summary: "The factor of the sum of absolute values." },
    l2: {
      ...strength,
      named: true,
      summary: "Twice the factor of the sum of squares, as in `l2`.",
    },
  },
  squares: ({ l2 }) => l2,
  example: "for weights { regularize: elastic(l1: 1e-5, l2: 1e-4) }",
  techniques: ["E6"],
  penalty: (graph, x, { l1, l2 }) =>
    graph.add(absoluteSum(graph, x, l1), halfSquareSum(graph, x, l2)),
});
