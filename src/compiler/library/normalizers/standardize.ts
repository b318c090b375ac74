import { defineNormalizer } from "../define.ts";

export const standardize = defineNormalizer({
  name: "standardize",
  summary: "Mean 0 and deviation 1 for each feature, or for each channel of images.",
  formula:
    "x' = (x - mean) / deviation, statistics of the training split only; a feature that is constant there becomes 0",
  arguments: {},
  runtime: { files: ["normalize.ts"], fit: "standardize" },
  example: "normalize: standardize",
  techniques: ["C1"],
});
