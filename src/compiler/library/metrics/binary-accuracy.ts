import { defineMetric } from "../define.ts";
import { rowMean, sameShape } from "../support/rows.ts";

export const binaryAccuracy = defineMetric({
  name: "binary_accuracy",
  summary:
    "The share of logits on the right side of 0: of one a row, or of several labels a row that are each there or not.",
  formula: "mean of [(z >= 0) = (t >= 1/2)]",
  operands: [
    { name: "logit", accepts: "values", summary: "The logit of class 1." },
    { name: "label", accepts: "binary", summary: "0 or 1." },
  ],
  arguments: {},
  better: "higher",
  display: "percent",
  example: "metrics: binary_accuracy(logit, label)",
  techniques: ["H7"],
  perExample: (graph, [logit, label]) => {
    const predicted = graph.lessEqual(0, logit!);
    const actual = graph.lessEqual(0.5, sameShape(graph, label!, logit!));
    return { correct: rowMean(graph, graph.equal(predicted, actual)) };
  },
  result: (graph, sums, count) => graph.divide(sums.correct!, count),
});
