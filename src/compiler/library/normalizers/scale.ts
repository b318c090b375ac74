import { defineNormalizer } from "../define.ts";

export const scale = defineNormalizer({
  name: "scale",
  summary: "Brings the values into a range, the same for all features.",
  formula:
    "x' = from + (x - least) (to - from) / (greatest - least), least and greatest of the training split",
  arguments: {
    range: { kind: "range", default: { from: 0, to: 1 }, summary: "Where the values go." },
  },
  runtime: { files: ["normalize.ts"], fit: "scale" },
  example: "normalize: scale(0 .. 1)",
  techniques: ["C1"],
});
