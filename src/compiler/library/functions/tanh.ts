import { bounded } from "../support/growth-arithmetic.ts";
import { term } from "../support/growth.ts";
import { defineFunction } from "../define.ts";

export const tanhFunction = defineFunction({
  name: "tanh",
  summary: "The hyperbolic tangent.",
  formula: "y = (exp(x) - exp(-x)) / (exp(x) + exp(-x))",
  operands: ["x"],
  example: "y = tanh(x)",
  growth: (a) => bounded(a!, Math.tanh, (at) => term(Math.sign(at.coefficient))),
  evaluate: (x) => Math.tanh(x!),
  lower: (graph, [x]) => graph.tanh(x!),
});
