import { defineInitializer } from "../define.ts";

export const values = defineInitializer({
  name: "values",
  summary: "Numbers written by hand, in row-major order.",
  formula: "w = (v1, v2, ...)",
  arguments: {
    values: {
      kind: "number",
      list: true,
      rest: true,
      summary: "As many numbers as the tensor has.",
    },
  },
  example: "for weights(edges) { init: values(1000, 1000), freeze: on }",
  techniques: ["B1", "J5"],
  sample: (shape, _fan, { values }) => {
    const count = shape.reduce((product, size) => product * size, 1);
    if (values.length === count) return { kind: "values", values };
    return {
      problem: `\`values\` gives ${values.length} numbers for a tensor of shape [${shape.join(", ")}], which has ${count}`,
    };
  },
});
