import { defineAugmentation } from "../define.ts";
import { extents, extentsProblem, regionProblem, withExtents } from "../support/pictures.ts";

export const crop = defineAugmentation({
  name: "crop",
  summary: "Cuts out a region of a fixed size at a random place; at evaluation the one in the middle.",
  formula: "x'[i, j] = x[a + i, b + j], a uniform in 0 .. h - n and b in 0 .. w - n; at evaluation a = floor((h - n) / 2)",
  source: "Krizhevsky, Sutskever, Hinton 2012, ImageNet Classification with Deep Convolutional Neural Networks",
  arguments: {
    n: { kind: "size", list: true, summary: "The size of the region: one number, or one for each axis." },
  },
  applies: "any",
  infer: (picture, { n }) => extentsProblem(picture, n, "n") ?? regionProblem(picture, extents(picture, n), "n") ?? withExtents(picture, extents(picture, n)),
  runtime: { files: ["augment-place.ts"] },
  train: (picture, { n }) => ({ make: "crop", arguments: extents(picture, n) }),
  evaluate: (picture, { n }) => ({ make: "centreCrop", arguments: extents(picture, n) }),
  example: "augment: crop(28) then flip(w)",
  pitfalls: "The model is given the smaller picture, so its input must be declared with that size.",
  techniques: ["C4"],
});
