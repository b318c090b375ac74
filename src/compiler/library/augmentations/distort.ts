import { defineAugmentation } from "../define.ts";

export const distort = defineAugmentation({
  name: "distort",
  summary: "Bends as an uneven lens does: barrel or pincushion.",
  formula:
    "x'[p] = x[p (1 + k |p|^2)], p from the middle, |p| = 1 in the corners, k uniform in -strength .. strength; linear between pixels, 0 outside",
  source:
    "Wu, Yan, Shan, Dang, Sun 2015, Deep Image: Scaling up Image Recognition; Brown 1966, Decentering Distortion of Lenses",
  arguments: {
    strength: {
      kind: "number",
      minimum: 0,
      maximum: 0.9,
      exclusive: "minimum",
      summary: "The largest k.",
    },
  },
  applies: "images",
  infer: (picture) => picture,
  runtime: { files: ["augment-warp.ts"] },
  train: (_, { strength }) => ({ make: "distort", arguments: [strength] }),
  example: "augment: distort(0.3)",
  techniques: ["C6"],
});
