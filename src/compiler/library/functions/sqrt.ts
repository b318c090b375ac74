import { half, power } from "../support/growth-arithmetic.ts";
import { defineFunction } from "../define.ts";

export const sqrtFunction = defineFunction({
  name: "sqrt",
  summary: "The square root.",
  formula: "y = x^(1/2)",
  operands: ["x"],
  example: "y = sqrt(x)",
  growth: (a) => power(a!, half),
  evaluate: (x) => Math.sqrt(x!),
  lower: (graph, [x]) => graph.sqrt(x!),
});
