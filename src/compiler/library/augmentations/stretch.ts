import { defineAugmentation } from "../define.ts";

export const stretch = defineAugmentation({
  name: "stretch",
  summary: "Scales each axis by a random factor of its own about the middle.",
  formula:
    "x'[y, x] = x[y / a, x / b], y and x from the middle, a and b uniform in the range; linear between pixels, 0 outside",
  arguments: {
    range: {
      kind: "range",
      minimum: 0.1,
      maximum: 10,
      summary: "The factors; 1 leaves the size as it is.",
    },
  },
  applies: "any",
  infer: (picture) => picture,
  runtime: { files: ["augment-warp.ts"] },
  train: (_, { range }) => ({ make: "stretch", arguments: [range.from, range.to] }),
  example: "augment: stretch(90% .. 110%)",
  techniques: ["C6"],
});
