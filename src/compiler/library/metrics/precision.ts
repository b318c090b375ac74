import { defineMetric } from "../define.ts";
import {
  checkShared,
  decisionOperands,
  decisionsOf,
  sharedArguments,
} from "../support/decisions.ts";

export const precision = defineMetric({
  name: "precision",
  summary: "Of what the model names, the share that is right.",
  formula: "right_k / predicted_k of each class k; 0 where it is never predicted",
  operands: decisionOperands,
  arguments: sharedArguments,
  check: checkShared,
  better: "higher",
  display: "percent",
  example: "metrics: (precision, recall)",
  pitfalls:
    "It is of all rows of a part at once, not a mean over batches, and is not reported of the rows trained in an epoch. A model that names a class only when it is certain has a high precision and finds few: look at `recall` as well. Classes that neither occur nor are predicted are left out of the mean.",
  techniques: ["H7"],
  undefinedWhere: "for a class that the rows do not have",
  perExample: (graph, operands, _, decided) => ({ ...decisionsOf(graph, operands, decided) }),
  collected: { kind: "counts", make: "classPrecision", operands: ["actual", "predicted"] },
});
