import { defineFunction } from "../define.ts";

export const cosFunction = defineFunction({
  name: "cos",
  summary: "The cosine of an angle in radians.",
  formula: "y = cos x",
  operands: ["x"],
  example: "y = cos(x)",
  evaluate: (x) => Math.cos(x!),
  lower: (graph, [x]) => graph.cosine(x!),
});
