import { defineLoss } from "../define.ts";
import { difference, rowMean } from "../support/rows.ts";

export const huber = defineLoss({
  name: "huber",
  summary: "Squared for small errors, absolute for large ones, so that outliers do not dominate.",
  formula:
    "L = mean of e^2 / 2 where |e| <= delta, otherwise delta (|e| - delta / 2), with e = y - t",
  source: "Huber 1964",
  operands: [
    { name: "prediction", accepts: "values", summary: "What the model says." },
    { name: "target", accepts: "like", summary: "What is right." },
  ],
  arguments: {
    delta: {
      kind: "number",
      named: true,
      minimum: 0,
      exclusive: "minimum",
      default: 1,
      summary: "The error from which it grows in a straight line.",
    },
  },
  example: "loss: huber(estimate, price, delta: 1)",
  techniques: ["E11"],
  perExample: (graph, [prediction, target], { delta }) => {
    const size = graph.absolute(difference(graph, prediction!, target!));
    // With m = min(|e|, delta) both branches are m (|e| - m / 2).
    const bounded = graph.minimum(size, delta);
    return rowMean(
      graph,
      graph.multiply(bounded, graph.subtract(size, graph.multiply(0.5, bounded))),
    );
  },
});
