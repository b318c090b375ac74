import { defineNormalizer } from "../define.ts";

export const standardize = defineNormalizer({
  name: "standardize",
  summary: "Mean 0 and deviation 1 for each feature, or for each channel of images.",
  formula: "x' = (x - mean) / deviation, statistics of the training split only; a constant feature is only centred",
  arguments: {},
  runtime: { files: ["normalize.ts"], fit: "fitStandardize" },
  example: "normalize: standardize",
  techniques: ["C1"],
});
