import { defineMetric } from "../define.ts";
import {
  checkShared,
  decisionOperands,
  decisionsOf,
  sharedArguments,
} from "../support/decisions.ts";

export const iou = defineMetric({
  name: "iou",
  summary:
    "What is named rightly as a share of all that is named or is there (intersection over union, the Jaccard index).",
  formula: "right_k / (predicted_k + actual_k - right_k) of each class k",
  source: "Jaccard 1912, The distribution of the flora in the alpine zone",
  operands: decisionOperands,
  arguments: sharedArguments,
  check: checkShared,
  better: "higher",
  display: "percent",
  example: "metrics: iou",
  pitfalls:
    "It is of all rows of a part at once, not a mean over batches, and is not reported of the rows trained in an epoch. Of pictures it is that of all pixels of the part together, not the mean over pictures. Classes that neither occur nor are predicted are left out of the mean.",
  techniques: ["H7"],
  undefinedWhere: "for a class that the rows do not have",
  perExample: (graph, operands, _, decided) => ({ ...decisionsOf(graph, operands, decided) }),
  collected: { kind: "counts", make: "intersectionOverUnion", operands: ["actual", "predicted"] },
});
