import { defineAugmentation } from "../define.ts";
import { withShortSide } from "../support/pictures.ts";

export const resize = defineAugmentation({
  name: "resize",
  summary:
    "Resizes so that the short side has a random length; at evaluation the smallest of the lengths.",
  formula:
    "the short side uniform in the integers of the lengths, the other in proportion; linear between pixels, an average where it shrinks",
  source:
    "Simonyan, Zisserman 2015, Very Deep Convolutional Networks; He, Zhang, Ren, Sun 2016, section 3.4",
  arguments: {
    short: { kind: "range", minimum: 1, summary: "The lengths of the short side." },
  },
  check: ({ short }) =>
    Number.isInteger(short.from) && Number.isInteger(short.to)
      ? undefined
      : {
          problem: "lengths in pixels are integers",
          help: "write `256 .. 480`",
          argument: "short",
        },
  applies: "images",
  infer: (picture, { short }) => withShortSide(picture, short.from, short.to),
  runtime: { files: ["augment-resize.ts"] },
  train: (_, { short }) => ({ make: "resize", arguments: [short.from, short.to] }),
  evaluate: (_, { short }) => ({ make: "resizeTo", arguments: [short.from] }),
  example: "augment: resize(256 .. 480) then crop(224) then flip(w)",
  pitfalls: "It leaves the size open, so a `crop` must follow.",
  techniques: ["C4"],
});
