import { defineMetric } from "../define.ts";
import {
  checkShared,
  decisionOperands,
  decisionsOf,
  sharedArguments,
} from "../support/decisions.ts";

export const f1 = defineMetric({
  name: "f1",
  summary: "The harmonic mean of precision and recall.",
  formula: "2 right_k / (predicted_k + actual_k) of each class k",
  source: "van Rijsbergen 1979, Information Retrieval",
  operands: decisionOperands,
  arguments: sharedArguments,
  check: checkShared,
  better: "higher",
  display: "percent",
  example: "metrics: (accuracy, f1)",
  pitfalls:
    "It is of all rows of a part at once, not a mean over batches, and is not reported of the rows trained in an epoch. Between classes `f1(average: micro)` is the accuracy. Classes that neither occur nor are predicted are left out of the mean.",
  techniques: ["H7"],
  undefinedWhere: "for a class that the rows do not have",
  perExample: (graph, operands, _, decided) => ({ ...decisionsOf(graph, operands, decided) }),
  collected: { kind: "counts", make: "classF1", operands: ["actual", "predicted"] },
});
