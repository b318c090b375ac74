import { defineMetric } from "../define.ts";
import { decisionOperands, decisionsOf } from "../support/decisions.ts";

export const balancedAccuracy = defineMetric({
  name: "balanced_accuracy",
  summary:
    "The mean recall of the classes: what the accuracy would be if all were equally frequent.",
  formula: "mean over the classes k that occur of right_k / actual_k",
  source: "Brodersen et al. 2010, The balanced accuracy and its posterior distribution",
  operands: decisionOperands,
  arguments: {},
  better: "higher",
  display: "percent",
  example: "metrics: (accuracy, balanced_accuracy)",
  pitfalls:
    "It is of all rows of a part at once, not a mean over batches, and is not reported of the rows trained in an epoch. A class of few rows counts as much as one of many, so few rows can move it far. Of several labels it is the mean over these, each between there and not there.",
  techniques: ["H7"],
  perExample: (graph, operands, _, decided) => ({ ...decisionsOf(graph, operands, decided) }),
  collected: { kind: "counts", make: "balancedAccuracy", operands: ["actual", "predicted"] },
});
