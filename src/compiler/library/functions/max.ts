import { extreme } from "../support/growth-arithmetic.ts";
import { maximum } from "../../ir/dim.ts";
import { defineFunction } from "../define.ts";

export const maxFunction = defineFunction({
  name: "max",
  summary: "The largest of several numbers.",
  formula: "y = max(a, b, ...)",
  operands: ["a", "b"],
  variadic: true,
  example: "y = max(a, b)",
  ofSizes: { kind: "sizes", of: maximum },
  growth: (...operands) => extreme(operands, (difference) => difference < 0),
  evaluate: (...operands) => Math.max(...operands),
  lower: (graph, operands) => operands.reduce((greatest, each) => graph.maximum(greatest, each)),
});
