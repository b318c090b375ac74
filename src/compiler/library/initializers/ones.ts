import { defineInitializer } from "../define.ts";

export const ones = defineInitializer({
  name: "ones",
  summary: "All ones.",
  formula: "w = 1",
  arguments: {},
  example: "for scales { init: ones }",
  pitfalls:
    "In a hidden layer every unit stays the same as its neighbours: symmetry never breaks. Fine for biases and for a one-layer convex model.",
  techniques: ["B1"],
  fixed: true,
  sample: () => ({ kind: "constant", value: 1 }),
});
