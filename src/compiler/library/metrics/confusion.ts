import { defineMetric } from "../define.ts";
import { labelsOf } from "../support/classes.ts";

export const confusion = defineMetric({
  name: "confusion",
  summary:
    "How often each class is taken for each other: a table of counts, the right class downwards, the predicted one across.",
  formula: "count of [y = i and argmax z = j], for all i, j",
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
  display: "number",
  example: "metrics: (accuracy, confusion)",
  pitfalls:
    "It is counted once, at the end and by `nnspec eval`, on the rows that are kept apart; no number comes of it, so nothing can watch it. With `--format json` it stands in the end event under `tables`.",
  techniques: ["H7"],
  perExample: (graph, [logits, label]) => ({
    actual: labelsOf(graph, logits!, label!),
    predicted: labelsOf(graph, logits!, logits!),
  }),
  collected: { kind: "table", make: "countConfusions", operands: ["actual", "predicted"] },
});
