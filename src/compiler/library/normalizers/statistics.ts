import { defineNormalizer } from "../define.ts";

export const statistics = defineNormalizer({
  name: "statistics",
  summary: "Means and deviations from a file, for weights that were trained with them.",
  formula: "x' = (x - mean) / deviation, one of each for a feature, or for a channel of images",
  arguments: {
    path: {
      kind: "text",
      summary:
        "A JSON file with the lists `mean` and `deviation` (or `std`), relative to the spec.",
    },
  },
  runtime: { files: ["read-statistics.ts"], fit: "readStatistics" },
  paths: ["path"],
  example: 'normalize: statistics("imagenet.json")',
  pitfalls:
    "They must be in the unit of the data: published values are often of pixels from 0 to 1, and so are those of `folder`.",
  techniques: ["C1"],
});
