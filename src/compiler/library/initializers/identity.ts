import { defineInitializer } from "../define.ts";

export const identity = defineInitializer({
  name: "identity",
  summary:
    "A layer that passes its input on: ones on the diagonal, for kernels at the middle place.",
  formula: "w_ij = gain if i = j, otherwise 0",
  arguments: {
    gain: { kind: "number", default: 1, summary: "The number on the diagonal." },
  },
  example: "for weights { init: identity }",
  techniques: ["B7"],
  sample: (shape, _fan, { gain }) =>
    shape.length < 2
      ? {
          problem: `\`identity\` needs a tensor with at least two axes, and this one has ${shape.length}`,
        }
      : { kind: "identity", scale: gain },
});
