import { defineMetric } from "../define.ts";
import { difference, rowMean } from "../support/rows.ts";

export const rmse = defineMetric({
  name: "rmse",
  summary: "Root of the mean squared error, in the unit of the target.",
  formula: "sqrt(mean (t - y)^2)",
  operands: [
    { name: "prediction", accepts: "values", summary: "What the model says." },
    { name: "target", accepts: "like", summary: "What is right." },
  ],
  arguments: {},
  better: "lower",
  display: "number",
  inUnitOfTarget: true,
  example: "metrics: rmse",
  techniques: ["E1"],
  perExample: (graph, [prediction, target]) => {
    const error = difference(graph, prediction!, target!);
    return { squares: rowMean(graph, graph.multiply(error, error)) };
  },
  result: (graph, sums, count) => graph.sqrt(graph.divide(sums.squares!, count)),
});
