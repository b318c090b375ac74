import { defineLoss } from "../define.ts";
import { drawnNumberScore, featuresOf } from "../support/scores.ts";
import { difference, rowMean } from "../support/rows.ts";

export const meanSquaredError = defineLoss({
  name: "mean_squared_error",
  summary: "The mean of squared differences.",
  formula: "L = mean (t - y)^2",
  operands: [
    { name: "prediction", accepts: "values", summary: "What the model says." },
    { name: "target", accepts: "like", summary: "What is right." },
  ],
  arguments: {},
  example: "loss: mean_squared_error(estimate, price)",
  pitfalls: "Outliers dominate: `huber` or `mean_absolute_error` bear them better.",
  techniques: ["E1"],
  // (t - y)^2 / k is -log p of a normal distribution around y of variance k / 2.
  score: (graph, prediction, uniform) =>
    drawnNumberScore(graph, prediction, uniform, 2 / featuresOf(prediction)),
  perExample: (graph, [prediction, target]) => {
    const error = difference(graph, prediction!, target!);
    return rowMean(graph, graph.multiply(error, error));
  },
});
