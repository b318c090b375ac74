import { defineAugmentation } from "../define.ts";

export const noise = defineAugmentation({
  name: "noise",
  summary: "Adds noise to every value: Gaussian, or as a sensor has it at high ISO.",
  formula:
    "x' = x + s r_c e, e standard normal, r_c the range of channel c over the training rows; with `kind: iso` times sqrt(l), l the brightness of the pixel in 0 .. 1",
  source:
    "Bishop 1995, Training with Noise is Equivalent to Tikhonov Regularization; Foi, Trimeche, Katkovnik, Egiazarian 2008 (sensor noise)",
  arguments: {
    deviation: {
      kind: "number",
      minimum: 0,
      exclusive: "minimum",
      summary: "The deviation s, as a share of the range of the values.",
    },
    kind: {
      kind: "symbol",
      named: true,
      choices: ["gaussian", "iso"],
      default: "gaussian",
      summary: "The same for all values, or growing with the root of the brightness.",
    },
  },
  applies: "any",
  infer: (picture) => picture,
  runtime: { files: ["augment-color.ts", "color-statistics.ts"] },
  train: (_, { deviation, kind }) => ({
    make: kind === "iso" ? "sensorNoise" : "noise",
    arguments: [deviation, { statistics: "ranges" }],
  }),
  example: "augment: noise(0.05)",
  techniques: ["C6"],
});
