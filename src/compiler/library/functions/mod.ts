import { known, modulo } from "../../ir/dim.ts";
import { defineFunction } from "../define.ts";

export const modFunction = defineFunction({
  name: "mod",
  summary: "The remainder, with the sign of the divisor.",
  formula: "y = a - b floor(a / b)",
  operands: ["a", "b"],
  example: "y = mod(a, 4)",
  ofSizes: {
    kind: "sizes",
    of: (a, b) => modulo(a!, b!),
    refuses: (_, b) => (known(b!) === 0 ? "there is no remainder by 0" : undefined),
  },
  evaluate: (a, b) => a! - b! * Math.floor(a! / b!),
  lower: (graph, [a, b]) => graph.modulo(a!, b!),
});
