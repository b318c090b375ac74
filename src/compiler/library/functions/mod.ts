import { defineFunction } from "../define.ts";

export const modFunction = defineFunction({
  name: "mod",
  summary: "The remainder, with the sign of the divisor.",
  formula: "y = a - b floor(a / b)",
  operands: ["a", "b"],
  example: "y = mod(a, 4)",
  evaluate: (a, b) => a! - b! * Math.floor(a! / b!),
  lower: (graph, [a, b]) => graph.modulo(a!, b!),
});
