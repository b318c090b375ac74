import { defineMetric } from "../define.ts";
import { amongHighest } from "../support/ranking.ts";

export const top = defineMetric({
  name: "top",
  summary: "The share of examples whose right class is among the k highest scores.",
  formula: "mean of [rank of z_y <= k]",
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
  arguments: {
    k: { kind: "integer", minimum: 1, summary: "How many of the highest scores count." },
  },
  better: "higher",
  display: "percent",
  example: "metrics: (accuracy, top(5))",
  techniques: ["H7"],
  perExample: (graph, [logits, label], { k }) => ({
    correct: amongHighest(graph, logits!, label!, k),
  }),
  result: (graph, sums, count) => graph.divide(sums.correct!, count),
});
