import { defineFunction } from "../define.ts";

export const expFunction = defineFunction({
  name: "exp",
  summary: "The exponential function.",
  formula: "y = e^x",
  operands: ["x"],
  example: "y = exp(x)",
  evaluate: (x) => Math.exp(x!),
  lower: (graph, [x]) => graph.exp(x!),
});
