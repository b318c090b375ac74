import { defineFunction } from "../define.ts";

export const tanhFunction = defineFunction({
  name: "tanh",
  summary: "The hyperbolic tangent.",
  formula: "y = (exp(x) - exp(-x)) / (exp(x) + exp(-x))",
  operands: ["x"],
  example: "y = tanh(x)",
  evaluate: (x) => Math.tanh(x!),
  lower: (graph, [x]) => graph.tanh(x!),
});
