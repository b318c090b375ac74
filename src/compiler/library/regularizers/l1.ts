import { defineRegularizer } from "../define.ts";
import { absoluteSum, strength } from "../support/penalty.ts";

export const l1 = defineRegularizer({
  name: "l1",
  summary: "Sum of absolute values: drives many weights to exactly 0.",
  formula: "lambda sum |w|; gradient lambda sign(w), 0 at 0",
  source: "Tibshirani 1996, Regression Shrinkage and Selection via the Lasso",
  applies: "tensor",
  arguments: { lambda: strength },
  example: "for weights { regularize: l1(1e-5) }",
  pitfalls: "Some texts have lambda / 2.",
  techniques: ["E5"],
  penalty: (graph, x, { lambda }) => absoluteSum(graph, x, lambda),
});
