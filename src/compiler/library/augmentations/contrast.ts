import { defineAugmentation } from "../define.ts";

export const contrast = defineAugmentation({
  name: "contrast",
  summary: "Strengthens or weakens the contrast.",
  formula:
    "x' = m_c + f (x - m_c), f uniform in 1 - share .. 1 + share, m_c the mean of channel c of this picture",
  source:
    "Howard 2013, Some Improvements on Deep Convolutional Neural Network Based Image Classification",
  arguments: {
    share: {
      kind: "number",
      minimum: 0,
      maximum: 1,
      exclusive: "minimum",
      summary: "By how much the factor may differ from 1.",
    },
  },
  applies: "any",
  infer: (picture) => picture,
  runtime: { files: ["augment-color.ts"] },
  train: (_, { share }) => ({ make: "contrast", arguments: [share] }),
  example: "augment: contrast(20%)",
  techniques: ["C5"],
});
