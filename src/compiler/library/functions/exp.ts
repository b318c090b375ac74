import { term } from "../support/growth.ts";
import { exponential } from "../support/growth-arithmetic.ts";
import { defineFunction } from "../define.ts";

export const expFunction = defineFunction({
  name: "exp",
  summary: "The exponential function.",
  formula: "y = e^x",
  operands: ["x"],
  example: "y = exp(x)",
  growth: (a) => (a!.kind === "zero" ? term(1) : exponential(1, a!)),
  evaluate: (x) => Math.exp(x!),
  lower: (graph, [x]) => graph.exp(x!),
});
