import { direction, settled, swings } from "../support/growth-arithmetic.ts";
import { defineFunction } from "../define.ts";

export const cosFunction = defineFunction({
  name: "cos",
  summary: "The cosine of an angle in radians.",
  formula: "y = cos x",
  operands: ["x"],
  example: "y = cos(x)",
  growth: (a) => (a!.kind === "zero" || direction(a!) <= 0 ? settled(a!, Math.cos) : swings()),
  evaluate: (x) => Math.cos(x!),
  lower: (graph, [x]) => graph.cosine(x!),
});
