import { defineAugmentation } from "../define.ts";
import { extents, extentsProblem, withExtents } from "../support/pictures.ts";

export const resizedCrop = defineAugmentation({
  name: "resized_crop",
  summary:
    "Cuts out a region of random area and proportion and resizes it; at evaluation the largest one in the middle.",
  formula:
    "area uniform in `area` of the picture, log(width / height) uniform between -log(ratio) and log(ratio), place uniform; ten draws, then the largest region in the middle",
  source: "Szegedy et al. 2015, Going Deeper with Convolutions",
  arguments: {
    n: { kind: "size", list: true, summary: "The size of the result." },
    area: {
      kind: "range",
      named: true,
      minimum: 0.001,
      maximum: 1,
      default: { from: 0.08, to: 1 },
      summary: "The shares of the area.",
    },
    ratio: {
      kind: "number",
      named: true,
      minimum: 1,
      default: 4 / 3,
      summary: "The largest proportion of the sides.",
    },
  },
  applies: "images",
  infer: (picture, { n }) =>
    extentsProblem(picture, n, "n") ?? withExtents(picture, extents(picture, n)),
  runtime: { files: ["augment-resize.ts"] },
  train: (picture, { n, area, ratio }) => ({
    make: "resizedCrop",
    arguments: [...extents(picture, n), area.from, area.to, ratio],
  }),
  evaluate: (picture, { n }) => ({ make: "cover", arguments: extents(picture, n) }),
  example: "augment: resized_crop(224, area: 25% .. 100%)",
  pitfalls:
    "With 8 % of the area small things may be cut away altogether; raise `area` where the whole picture matters.",
  techniques: ["C4"],
});
