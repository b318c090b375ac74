import { defineFunction } from "../define.ts";

export const maxFunction = defineFunction({
  name: "max",
  summary: "The largest of several numbers.",
  formula: "y = max(a, b, ...)",
  operands: ["a", "b"],
  variadic: true,
  example: "y = max(a, b)",
  evaluate: (...operands) => Math.max(...operands),
  lower: (graph, operands) => operands.reduce((greatest, each) => graph.maximum(greatest, each)),
});
