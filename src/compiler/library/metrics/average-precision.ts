import { defineMetric } from "../define.ts";
import { decisionOperands, rankingsOf } from "../support/decisions.ts";

export const averagePrecision = defineMetric({
  name: "average_precision",
  summary:
    "The precision averaged over the rows of class 1, each at the threshold that just lets it in: the area under the curve of precision and recall.",
  formula:
    "sum over thresholds n, from the highest score down, of (recall_n - recall_(n-1)) precision_n",
  source: "Zhu 2004, Recall, precision and average precision",
  operands: decisionOperands,
  arguments: {},
  better: "higher",
  display: "number",
  example: "metrics: (auc, average_precision)",
  pitfalls:
    "It is of all rows of a part at once, not a mean over batches, and is not reported of the rows trained in an epoch. A model that knows nothing has the share of class 1, not 1/2. Of more than two classes, and of several labels, it is the mean over these, each against the rest, as far as they occur.",
  techniques: ["H7"],
  undefinedWhere: "of rows without class 1",
  perExample: (graph, operands, _, decided) => ({ ...rankingsOf(graph, operands, decided) }),
  collected: { kind: "labels", make: "averagePrecision", operands: ["score", "label"] },
});
