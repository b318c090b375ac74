import { defineAugmentation } from "../define.ts";
import type { ArgumentProblem, PictureType } from "../definition.ts";
import {
  extents,
  extentsProblem,
  isProblem,
  regionProblem,
  withExtents,
  withShortSide,
} from "../support/pictures.ts";

/** What is cropped: the picture itself, or what it is resized to first. */
function source(picture: PictureType, from: number | undefined): PictureType | ArgumentProblem {
  if (from === undefined) return picture;
  if (picture.axes.length !== 2)
    return { problem: "only images are resized first", help: "leave `from` out", argument: "from" };
  return withShortSide(picture, from, from);
}

export const crop = defineAugmentation({
  name: "crop",
  summary:
    "Cuts out a region of a fixed size at a random place; at evaluation the one in the middle.",
  formula:
    "x'[i, j] = x[a + i, b + j], a uniform in 0 .. h - n and b in 0 .. w - n; at evaluation a = floor((h - n) / 2); with `from` x is first resized so that its short side has that length",
  source:
    "Krizhevsky, Sutskever, Hinton 2012, ImageNet Classification with Deep Convolutional Neural Networks",
  arguments: {
    n: {
      kind: "size",
      list: true,
      summary: "The size of the region: one number, or one for each axis.",
    },
    from: {
      kind: "integer",
      named: true,
      minimum: 1,
      optional: true,
      summary: "The length that the short side is resized to first.",
    },
  },
  quick: true,
  applies: "any",
  infer: (picture, { n, from }) => {
    const whole = source(picture, from);
    if (isProblem(whole)) return whole;
    return (
      extentsProblem(whole, n, "n") ??
      regionProblem(whole, extents(whole, n), "n") ??
      withExtents(whole, extents(whole, n))
    );
  },
  runtime: { files: ["augment-place.ts", "augment-resize.ts"] },
  train: (picture, { n, from }) =>
    from === undefined
      ? { make: "crop", arguments: extents(picture, n) }
      : { make: "resizeAndCrop", arguments: [from, ...extents(picture, n)] },
  evaluate: (picture, { n, from }) =>
    from === undefined
      ? { make: "centreCrop", arguments: extents(picture, n) }
      : { make: "resizeAndCentreCrop", arguments: [from, ...extents(picture, n)] },
  example: "augment: crop(28) then flip(w)",
  pitfalls:
    "The model is given the smaller picture, so its input must be declared with that size. `crop(224, from: 256)` enlarges pictures of 224 first, so that the size stays.",
  techniques: ["C4"],
});
