import { logarithm } from "../support/growth-arithmetic.ts";
import { defineFunction } from "../define.ts";

export const logFunction = defineFunction({
  name: "log",
  summary: "The natural logarithm.",
  formula: "y = ln x",
  operands: ["x"],
  example: "y = log(x)",
  growth: (a) => logarithm(a!),
  evaluate: (x) => Math.log(x!),
  lower: (graph, [x]) => graph.log(x!),
});
