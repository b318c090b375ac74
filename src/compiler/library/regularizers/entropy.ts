import { defineRegularizer } from "../define.ts";
import { strength, total } from "../support/penalty.ts";
import { logSoftmaxOf, softmaxOf } from "../support/softmax.ts";

export const entropy = defineRegularizer({
  name: "entropy",
  summary: "Rewards or punishes the entropy of a predicted distribution.",
  formula:
    "minimize: lambda H, maximize: -lambda H, with H = -sum p log p, p = softmax of the logits, averaged over the rows",
  source: "Pereyra, Tucker, Chorowski, Kaiser, Hinton 2017; Grandvalet, Bengio 2004",
  applies: "distribution",
  arguments: {
    lambda: strength,
    sense: {
      kind: "symbol",
      choices: ["maximize", "minimize"],
      named: true,
      summary:
        "`maximize` keeps predictions from collapsing on one class; `minimize` makes them sure.",
    },
  },
  example: "for probabilities(logits) { regularize: entropy(0.01, sense: maximize) }",
  pitfalls: "The term is ambiguous in the literature, so `sense` must be written.",
  techniques: ["E8"],
  penalty: (graph, x, { lambda, sense }, axis) => {
    const terms = graph.multiply(softmaxOf(graph, x, axis), logSoftmaxOf(graph, x, axis));
    // The terms sum to -H.
    return graph.multiply(sense === "maximize" ? lambda : -lambda, total(graph, terms));
  },
});
