import { defineMetric } from "../define.ts";
import { crossEntropy } from "../losses/cross-entropy.ts";
import { rowMean } from "../support/rows.ts";

export const perplexity = defineMetric({
  name: "perplexity",
  summary: "How many classes the model is undecided between, on average.",
  formula: "exp(mean cross-entropy)",
  operands: [
    {
      name: "logits",
      accepts: "logits",
      summary: "Scores of the classes, before softmax; the class axis is the last.",
    },
    { name: "label", accepts: "classes", soft: true, summary: "The right class." },
  ],
  arguments: {},
  better: "lower",
  display: "number",
  example: "metrics: (accuracy, perplexity)",
  techniques: ["E2"],
  perExample: (graph, operands) => ({
    surprise: rowMean(graph, crossEntropy.perExample(graph, operands, { smoothing: 0 })),
  }),
  result: (graph, sums, count) => graph.exp(graph.divide(sums.surprise!, count)),
});
