import { defineMetric } from "../define.ts";
import {
  checkShared,
  decisionOperands,
  decisionsOf,
  sharedArguments,
} from "../support/decisions.ts";

export const recall = defineMetric({
  name: "recall",
  summary: "Of what is there to be found, the share that the model names (sensitivity).",
  formula: "right_k / actual_k of each class k",
  operands: decisionOperands,
  arguments: sharedArguments,
  check: checkShared,
  better: "higher",
  display: "percent",
  example: "metrics: (accuracy, recall(class: 1))",
  pitfalls:
    "It is of all rows of a part at once, not a mean over batches, and is not reported of the rows trained in an epoch. A model that always names a class finds all of it: look at `precision` as well. A class that is predicted and does not occur counts as 0 in the mean; `balanced_accuracy` leaves it out.",
  techniques: ["H7"],
  undefinedWhere: "for a class that the rows do not have",
  perExample: (graph, operands, _, decided) => ({ ...decisionsOf(graph, operands, decided) }),
  collected: { kind: "counts", make: "classRecall", operands: ["actual", "predicted"] },
});
