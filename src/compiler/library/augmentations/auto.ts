import { defineAugmentation } from "../define.ts";

export const auto = defineAugmentation({
  name: "auto",
  summary: "Picks some operations of a fixed list at random, all of one magnitude (RandAugment).",
  formula:
    "n draws with repetition from: nothing, turn by 30 deg m, slant by 17 deg m, move down or across by 45% m (each to either side), brightness 90% m, contrast 90% m, noise 10% m",
  source:
    "Cubuk, Zoph, Shlens, Le 2020, RandAugment: Practical Automated Data Augmentation with a Reduced Search Space",
  arguments: {
    count: { kind: "integer", minimum: 1, default: 2, summary: "How many operations." },
    magnitude: {
      kind: "number",
      minimum: 0,
      maximum: 1,
      exclusive: "minimum",
      default: 0.3,
      summary: "How strong.",
    },
  },
  applies: "images",
  infer: (picture) => picture,
  runtime: { files: ["augment-auto.ts", "color-statistics.ts"] },
  train: (_, { count, magnitude }) => ({
    make: "autoAugment",
    arguments: [count, magnitude, { statistics: "ranges" }],
  }),
  example: "augment: auto(2, magnitude: 30%)",
  pitfalls:
    "The operations of the paper that need bytes (posterize, solarize, equalize) are left out, because values may have any range.",
  techniques: ["C9"],
});
