import { defineAugmentation } from "../define.ts";
import { extents, extentsProblem } from "../support/pictures.ts";

export const cutout = defineAugmentation({
  name: "cutout",
  summary: "Sets a random square to 0.",
  formula:
    "x' = 0 in a square of n x n whose middle is a pixel drawn uniformly; what sticks out of the picture is lost",
  source:
    "DeVries, Taylor 2017, Improved Regularization of Convolutional Neural Networks with Cutout",
  arguments: {
    n: {
      kind: "size",
      list: true,
      summary: "The side of the square: one number, or one for each axis.",
    },
  },
  quick: true,
  applies: "any",
  infer: (picture, { n }) =>
    extentsProblem(picture, n, "n") ?? tooLarge(extents(picture, n), picture.axes) ?? picture,
  runtime: { files: ["augment-place.ts"] },
  train: (picture, { n }) => ({ make: "cutout", arguments: extents(picture, n) }),
  example: "augment: cutout(8)",
  pitfalls:
    "0 is the mean of the training pixels after `standardize` or `center`; after `scale(0 .. 1)` it is black.",
  techniques: ["C7"],
});

/** A square of twice the picture blanks all of it, wherever it lies. */
function tooLarge(extent: readonly [number, number], axes: readonly { readonly from: number }[]) {
  if (axes.some(({ from }, place) => extent[place]! < 2 * from)) return undefined;
  return {
    problem: "a square of twice the picture blanks all of it",
    help: "write a smaller one",
    argument: "n",
  };
}
