import { defineMetric } from "../define.ts";

export const auc = defineMetric({
  name: "auc",
  summary:
    "The area under the receiver operating characteristic: the chance that an example of class 1 scores higher than one of class 0.",
  formula:
    "(sum of the ranks of class 1 - n1 (n1 + 1) / 2) / (n0 n1), equal scores sharing their mean rank",
  source:
    "Hanley, McNeil 1982, The meaning and use of the area under a receiver operating characteristic curve",
  operands: [
    {
      name: "logit",
      accepts: "values",
      summary: "The logit of class 1, or any score that grows with it.",
    },
    { name: "label", accepts: "binary", summary: "0 or 1." },
  ],
  arguments: {},
  better: "higher",
  display: "number",
  example: "metrics: (binary_accuracy, auc)",
  pitfalls:
    "It is of all rows of a part at once, not a mean over batches, and is not reported of the rows trained in an epoch. Where a part has one class only it is NaN, and an early stop that watches it never sees it get better. With rare positives it can look good while precision is poor.",
  techniques: ["H7"],
  perExample: (_graph, [logit, label]) => ({ score: logit!, label: label! }),
  collected: { kind: "number", make: "areaUnderCurve", operands: ["score", "label"] },
});
