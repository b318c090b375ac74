import { defineNormalizer } from "../define.ts";

export const center = defineNormalizer({
  name: "center",
  summary: "Takes the mean of each feature, or of each channel of images, away.",
  formula: "x' = x - mean, the mean of the training split only",
  arguments: {},
  runtime: { files: ["normalize.ts"], fit: "center" },
  example: "normalize: center",
  techniques: ["C1"],
});
