import { defineAugmentation } from "../define.ts";

export const shear = defineAugmentation({
  name: "shear",
  summary:
    "Slants by a random angle: lines move along the width, the further from the middle the more.",
  formula:
    "x'[y, x] = x[y, x + y tan a], y and x from the middle, a uniform in -angle .. angle; linear between pixels, 0 outside",
  source: "Simard, Steinkraus, Platt 2003, Best Practices for Convolutional Neural Networks",
  arguments: {
    angle: {
      kind: "angle",
      minimum: 0,
      maximum: 60,
      exclusive: "minimum",
      summary: "The largest angle, to either side.",
    },
  },
  applies: "images",
  infer: (picture) => picture,
  runtime: { files: ["augment-warp.ts"] },
  train: (_, { angle }) => ({ make: "shear", arguments: [angle] }),
  example: "augment: shear(10 deg)",
  techniques: ["C6"],
});
