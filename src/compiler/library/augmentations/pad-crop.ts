import { defineAugmentation } from "../define.ts";
import { extents, extentsProblem } from "../support/pictures.ts";

export const padCrop = defineAugmentation({
  name: "pad_crop",
  summary: "Surrounds with n zeros on each side and cuts the old size out again at a random place.",
  formula: "x'[i, j] = x[i + a, j + b], 0 outside, a and b uniform in -n .. n",
  source:
    "Lee, Xie, Gallagher, Zhang, Tu 2015, Deeply-Supervised Nets; He, Zhang, Ren, Sun 2016, Deep Residual Learning, section 4.2",
  arguments: {
    n: {
      kind: "size",
      list: true,
      summary: "By how much the picture may move: one number, or one for each axis.",
    },
  },
  quick: true,
  applies: "any",
  infer: (picture, { n }) => extentsProblem(picture, n, "n") ?? picture,
  runtime: { files: ["augment-place.ts"] },
  train: (picture, { n }) => {
    const [down, across] = extents(picture, n);
    return { make: "padCrop", arguments: [down, picture.axes.length === 1 ? 0 : across] };
  },
  example: "augment: pad_crop(4) then flip(w)",
  techniques: ["C4"],
});
