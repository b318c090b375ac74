import { defineMetric } from "../define.ts";
import { amongHighest } from "../support/ranking.ts";

export const error = defineMetric({
  name: "error",
  summary: "The share of examples that are classified wrongly: 1 - accuracy.",
  formula: "mean of [argmax z != y]",
  operands: [
    {
      name: "logits",
      accepts: "logits",
      summary: "Scores of the classes; the class axis is the last.",
    },
    {
      name: "label",
      accepts: "classes",
      soft: true,
      summary: "The right class; of a distribution (mixup) the class with the largest share.",
    },
  ],
  arguments: {},
  better: "lower",
  display: "percent",
  example: "metrics: error",
  techniques: ["H7"],
  perExample: (graph, [logits, label]) => ({ correct: amongHighest(graph, logits!, label!, 1) }),
  result: (graph, sums, count) => graph.subtract(1, graph.divide(sums.correct!, count)),
});
