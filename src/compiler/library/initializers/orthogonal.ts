import { defineInitializer } from "../define.ts";

export const orthogonal = defineInitializer({
  name: "orthogonal",
  summary: "A random matrix with orthonormal rows or columns, times a gain.",
  formula:
    "W = gain Q, with Q evenly drawn among matrices whose shorter side is orthonormal; a kernel counts as the matrix [all axes but the last, last], and each gate of a recurrent layer is a matrix of its own",
  source: "Saxe, McClelland, Ganguli 2014",
  arguments: {
    gain: { kind: "number", minimum: 0, default: 1, summary: "The factor." },
  },
  example: "for weights { init: orthogonal }",
  techniques: ["B7"],
  sample: (shape, fan, { gain }) => {
    const parts = shape.length === 2 ? shape[1]! / fan.out : 1;
    return parts > 1 && Number.isInteger(parts)
      ? { kind: "orthogonal", gain, parts }
      : { kind: "orthogonal", gain };
  },
});
