import { absolute } from "../support/growth-arithmetic.ts";
import { defineFunction } from "../define.ts";

export const absFunction = defineFunction({
  name: "abs",
  summary: "The absolute value.",
  formula: "y = |x|",
  operands: ["x"],
  example: "y = abs(x)",
  growth: (a) => absolute(a!),
  evaluate: (x) => Math.abs(x!),
  lower: (graph, [x]) => graph.absolute(x!),
});
