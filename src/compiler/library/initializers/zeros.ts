import { defineInitializer } from "../define.ts";

export const zeros = defineInitializer({
  name: "zeros",
  summary: "All zeros.",
  formula: "w = 0",
  arguments: {},
  example: "for biases { init: zeros }",
  pitfalls:
    "In a hidden layer every unit stays the same as its neighbours: symmetry never breaks. Fine for biases and for a one-layer convex model.",
  techniques: ["B1"],
  sample: () => ({ kind: "constant", value: 0 }),
});
