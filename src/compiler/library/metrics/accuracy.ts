import { defineMetric } from "../define.ts";
import { binaryAccuracy } from "./binary-accuracy.ts";
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
  pitfalls:
    "With rare classes a model that never names them still looks accurate: see `balanced_accuracy` and `f1`. Where a row may have several labels it means nothing: `binary_accuracy` decides each by itself.",
  ofLabels: binaryAccuracy,
  techniques: ["H7"],
  perExample: (graph, [logits, label]) => ({ correct: amongHighest(graph, logits!, label!, 1) }),
  result: (graph, sums, count) => graph.divide(sums.correct!, count),
});
