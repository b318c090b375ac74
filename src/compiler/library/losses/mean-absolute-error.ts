import { defineLoss } from "../define.ts";
import { difference, rowMean } from "../support/rows.ts";

export const meanAbsoluteError = defineLoss({
  name: "mean_absolute_error",
  summary: "The mean of absolute differences.",
  formula: "L = mean |t - y|; gradient sign(y - t), 0 at 0",
  operands: [
    { name: "prediction", accepts: "values", summary: "What the model says." },
    { name: "target", accepts: "like", summary: "What is right." },
  ],
  arguments: {},
  example: "loss: mean_absolute_error(estimate, price)",
  techniques: ["E11"],
  perExample: (graph, [prediction, target]) =>
    rowMean(graph, graph.absolute(difference(graph, prediction!, target!))),
});
