import { defineMetric } from "../define.ts";
import { difference, rowMean } from "../support/rows.ts";

export const r2 = defineMetric({
  name: "r2",
  summary: "The share of the variance of the targets that the predictions explain.",
  formula: "1 - sum (t - y)^2 / sum (t - mean t)^2, all outputs together",
  operands: [
    { name: "prediction", accepts: "values", summary: "What the model says." },
    { name: "target", accepts: "like", summary: "What is right." },
  ],
  arguments: {},
  better: "higher",
  display: "number",
  example: "metrics: (mae, r2)",
  pitfalls:
    "Several outputs share one mean and one variance here: standardise them first where their scales differ.",
  techniques: ["E1"],
  perExample: (graph, [prediction, target]) => {
    const error = difference(graph, prediction!, target!);
    return {
      residual: rowMean(graph, graph.multiply(error, error)),
      target: rowMean(graph, target!),
      square: rowMean(graph, graph.multiply(target!, target!)),
    };
  },
  result: (graph, sums, count) => {
    const mean = graph.divide(sums.target!, count);
    const variation = graph.subtract(sums.square!, graph.multiply(sums.target!, mean));
    // Targets that are all equal have nothing to explain: 0, not a division by 0.
    const some = graph.less(0, variation);
    return graph.select(
      some,
      graph.subtract(1, graph.divide(sums.residual!, graph.select(some, variation, 1))),
      0,
    );
  },
});
