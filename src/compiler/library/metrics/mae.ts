import { defineMetric } from "../define.ts";
import { difference, rowMean } from "../support/rows.ts";

export const mae = defineMetric({
  name: "mae",
  summary: "Mean absolute error, in the unit of the target.",
  formula: "mean |t - y|",
  operands: [
    { name: "prediction", accepts: "values", summary: "What the model says." },
    { name: "target", accepts: "like", summary: "What is right." },
  ],
  arguments: {},
  better: "lower",
  display: "number",
  inUnitOfTarget: true,
  example: "metrics: (mae, r2)",
  techniques: ["E11"],
  perExample: (graph, [prediction, target]) => ({
    sizes: rowMean(graph, graph.absolute(difference(graph, prediction!, target!))),
  }),
  result: (graph, sums, count) => graph.divide(sums.sizes!, count),
});
