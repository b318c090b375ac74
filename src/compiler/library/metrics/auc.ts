import { defineMetric } from "../define.ts";
import { decisionOperands, rankingsOf } from "../support/decisions.ts";

export const auc = defineMetric({
  name: "auc",
  summary:
    "The area under the receiver operating characteristic: the chance that an example of class 1 scores higher than one of class 0.",
  formula:
    "(sum of the ranks of class 1 - n1 (n1 + 1) / 2) / (n0 n1), equal scores sharing their mean rank",
  source:
    "Hanley, McNeil 1982, The meaning and use of the area under a receiver operating characteristic curve",
  operands: decisionOperands,
  arguments: {},
  better: "higher",
  display: "number",
  example: "metrics: (accuracy, auc)",
  pitfalls:
    "It is of all rows of a part at once, not a mean over batches, and is not reported of the rows trained in an epoch. Of more than two classes, and of several labels, it is the mean over these, each against the rest, as far as they occur and are missing. With rare positives it can look good while precision is poor.",
  techniques: ["H7"],
  undefinedWhere: "of rows of one class only",
  perExample: (graph, operands, _, decided) => ({ ...rankingsOf(graph, operands, decided) }),
  collected: { kind: "labels", make: "areaUnderCurve", operands: ["score", "label"] },
});
