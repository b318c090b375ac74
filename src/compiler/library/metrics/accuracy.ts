import { defineMetric } from "../define.ts";
import { amongHighest } from "../support/ranking.ts";

export const accuracy = defineMetric({
  name: "accuracy",
  summary: "The share of examples whose highest score is that of the right class.",
  formula: "mean of [argmax z = y]",
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
  better: "higher",
  display: "percent",
  example: "metrics: accuracy",
  pitfalls: "With rare classes a model that never names them still looks accurate.",
  techniques: ["H7"],
  perExample: (graph, [logits, label]) => ({ correct: amongHighest(graph, logits!, label!, 1) }),
  result: (graph, sums, count) => graph.divide(sums.correct!, count),
});
