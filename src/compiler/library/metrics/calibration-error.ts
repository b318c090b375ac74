import { defineMetric } from "../define.ts";
import { confidenceOf, decisionOperands } from "../support/decisions.ts";

export const calibrationError = defineMetric({
  name: "calibration_error",
  summary:
    "How far confidence is from being right: the expected calibration error over bins of equal width.",
  formula:
    "sum over bins k of n_k / n |share right in k - mean confidence in k|, the confidence being the chance of what is decided",
  source: "Guo et al. 2017, On calibration of modern neural networks",
  operands: decisionOperands,
  arguments: {
    bins: {
      kind: "integer",
      named: true,
      minimum: 1,
      default: 15,
      summary: "How many bins the confidences from 0 to 1 are put into.",
    },
  },
  better: "lower",
  display: "number",
  example: "metrics: (accuracy, calibration_error)",
  pitfalls:
    "It is of all rows of a part at once, not a mean over batches, and is not reported of the rows trained in an epoch. It says nothing of how often the model is right, and with few rows a bin it is large by chance.",
  techniques: ["H7"],
  perExample: (graph, operands, _, decided) => ({ ...confidenceOf(graph, operands, decided) }),
  collected: {
    kind: "rows",
    make: "calibrationError",
    operands: ["confidence", "right"],
    passes: ["bins"],
  },
});
