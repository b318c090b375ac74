import { defineInitializer } from "../define.ts";

export const constant = defineInitializer({
  name: "constant",
  summary: "One number everywhere.",
  formula: "w = value",
  arguments: {
    value: { kind: "number", summary: "The number." },
  },
  example: "for biases { init: constant(0.1) }",
  pitfalls:
    "In a hidden layer every unit stays the same as its neighbours: symmetry never breaks. Fine for biases and for a one-layer convex model.",
  techniques: ["B1"],
  fixed: true,
  sample: (_shape, _fan, { value }) => ({ kind: "constant", value }),
});
