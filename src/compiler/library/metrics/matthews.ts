import { defineMetric } from "../define.ts";
import { decisionOperands, decisionsOf } from "../support/decisions.ts";

export const matthews = defineMetric({
  name: "matthews",
  summary:
    "The correlation of what is predicted with what is right: 1 all right, 0 no better than chance.",
  formula:
    "(n sum_k right_k - sum_k predicted_k actual_k) / sqrt((n^2 - sum_k predicted_k^2) (n^2 - sum_k actual_k^2))",
  source:
    "Matthews 1975; for several classes Gorodkin 2004, Comparing two K-category assignments by a K-category correlation coefficient",
  operands: decisionOperands,
  arguments: {},
  better: "higher",
  display: "number",
  example: "metrics: (accuracy, matthews)",
  pitfalls:
    "It is of all rows of a part at once, not a mean over batches, and is not reported of the rows trained in an epoch. Where all rows are of one class, or all are predicted as one, it is 0. Of several labels it is the mean over these.",
  techniques: ["H7"],
  perExample: (graph, operands, _, decided) => ({ ...decisionsOf(graph, operands, decided) }),
  collected: { kind: "counts", make: "matthews", operands: ["actual", "predicted"] },
});
