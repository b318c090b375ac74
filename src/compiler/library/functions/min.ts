import { extreme } from "../support/growth-arithmetic.ts";
import { minimum } from "../../ir/dim.ts";
import { defineFunction } from "../define.ts";

export const minFunction = defineFunction({
  name: "min",
  summary: "The smallest of several numbers.",
  formula: "y = min(a, b, ...)",
  operands: ["a", "b"],
  variadic: true,
  example: "y = min(a, b)",
  ofSizes: { kind: "sizes", of: minimum },
  growth: (...operands) => extreme(operands, (difference) => difference > 0),
  evaluate: (...operands) => Math.min(...operands),
  lower: (graph, operands) => operands.reduce((least, each) => graph.minimum(least, each)),
});
