import { defineAugmentation } from "../define.ts";

export const brightness = defineAugmentation({
  name: "brightness",
  summary: "Makes the whole picture lighter or darker.",
  formula:
    "x' = x + d r_c, d uniform in -share .. share, r_c the range of channel c over the training rows",
  source:
    "Howard 2013, Some Improvements on Deep Convolutional Neural Network Based Image Classification",
  arguments: {
    share: {
      kind: "number",
      minimum: 0,
      maximum: 1,
      exclusive: "minimum",
      summary: "The largest change, as a share of the range of the values.",
    },
  },
  applies: "any",
  infer: (picture) => picture,
  runtime: { files: ["augment-color.ts", "color-statistics.ts"] },
  train: (_, { share }) => ({ make: "brightness", arguments: [share, { statistics: "ranges" }] }),
  example: "augment: brightness(20%) then contrast(20%)",
  pitfalls:
    "The range is that of the values as `normalize` leaves them, so 20% means the same with any of `standardize`, `center` and `scale`. Values are not clipped.",
  techniques: ["C5"],
});
