import { defineFunction } from "../define.ts";

export const ceilFunction = defineFunction({
  name: "ceil",
  summary: "The smallest integer not below x.",
  formula: "y = ceil(x)",
  operands: ["x"],
  example: "y = ceil(x)",
  evaluate: (x) => Math.ceil(x!),
  lower: (graph, [x]) => graph.ceil(x!),
});
