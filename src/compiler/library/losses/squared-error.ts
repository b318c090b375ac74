import { defineLoss } from "../define.ts";
import { drawnNumberScore } from "../support/scores.ts";
import { difference, rowSum } from "../support/rows.ts";

export const squaredError = defineLoss({
  name: "squared_error",
  summary: "Half the sum of squared differences of each example.",
  formula: "L = sum (t - y)^2 / 2",
  operands: [
    { name: "prediction", accepts: "values", summary: "What the model says." },
    { name: "target", accepts: "like", summary: "What is right." },
  ],
  arguments: {},
  example: "loss: squared_error(height, y)",
  pitfalls: "It grows with the number of outputs; `mean_squared_error` does not.",
  techniques: ["E1"],
  // (t - y)^2 / 2 is -log p of a normal distribution around y of variance 1.
  score: (graph, prediction, uniform) => drawnNumberScore(graph, prediction, uniform, 1),
  perExample: (graph, [prediction, target]) => {
    const error = difference(graph, prediction!, target!);
    return graph.multiply(0.5, rowSum(graph, graph.multiply(error, error)));
  },
});
