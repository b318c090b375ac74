import { term } from "../support/growth.ts";
import { defineFunction } from "../define.ts";

export const signFunction = defineFunction({
  name: "sign",
  summary: "-1, 0 or 1.",
  formula: "y = x / |x|, and 0 at 0",
  operands: ["x"],
  example: "y = sign(x)",
  growth: (a) => (a!.kind === "zero" ? a! : term(Math.sign(a!.coefficient))),
  evaluate: (x) => Math.sign(x!),
  lower: (graph, [x]) => graph.sign(x!),
});
