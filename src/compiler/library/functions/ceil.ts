import { rounded } from "../support/growth-arithmetic.ts";
import { ceilDivide } from "../../ir/dim.ts";
import { defineFunction } from "../define.ts";

export const ceilFunction = defineFunction({
  name: "ceil",
  summary: "The smallest integer not below x.",
  formula: "y = ceil(x)",
  operands: ["x"],
  example: "y = ceil(x)",
  ofSizes: { kind: "quotient", of: ceilDivide },
  growth: (a) => rounded(a!, "up"),
  evaluate: (x) => Math.ceil(x!),
  lower: (graph, [x]) => graph.ceil(x!),
});
