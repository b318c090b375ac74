import { defineRegularizer } from "../define.ts";
import { strength, total } from "../support/penalty.ts";

export const weightElimination = defineRegularizer({
  name: "weight_elimination",
  summary:
    "Counts the weights that are large against w0: pushes small ones to 0 and leaves large ones alone.",
  formula:
    "(lambda / 2) sum (w^2 / w0^2) / (1 + w^2 / w0^2); gradient lambda (w / w0^2) / (1 + w^2 / w0^2)^2",
  source: "Weigend, Rumelhart, Huberman 1991",
  applies: "tensor",
  arguments: {
    lambda: strength,
    w0: {
      kind: "number",
      named: true,
      minimum: 0,
      exclusive: "minimum",
      default: 1,
      summary: "The size from which a weight counts as large.",
    },
  },
  example: "for weights(logits) { regularize: weight_elimination(1e-4, w0: 1) }",
  techniques: ["E7"],
  penalty: (graph, x, { lambda, w0 }) => {
    const scaled = graph.divide(x, w0);
    // Beyond 1e12 the ratio is 1 in every precision; the bound keeps infinity / infinity out.
    const squares = graph.minimum(graph.multiply(scaled, scaled), 1e12);
    return graph.multiply(lambda / 2, total(graph, graph.divide(squares, graph.add(1, squares))));
  },
});
