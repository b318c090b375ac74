import { defineFunction } from "../define.ts";

export const absFunction = defineFunction({
  name: "abs",
  summary: "The absolute value.",
  formula: "y = |x|",
  operands: ["x"],
  example: "y = abs(x)",
  evaluate: (x) => Math.abs(x!),
  lower: (graph, [x]) => graph.absolute(x!),
});
