import { defineAugmentation } from "../define.ts";

export const mixup = defineAugmentation({
  name: "mixup",
  summary:
    "Blends each row with another row of the training part, inputs and targets alike; labels become distributions.",
  formula:
    "x' = l x_i + (1 - l) x_j, y' = l y_i + (1 - l) y_j, l ~ Beta(alpha, alpha), j uniform among the training rows",
  source: "Zhang, Cisse, Dauphin, Lopez-Paz 2018, mixup: Beyond Empirical Risk Minimization",
  arguments: {
    alpha: {
      kind: "number",
      minimum: 0,
      exclusive: "minimum",
      default: 0.2,
      summary:
        "Of the Beta distribution: near 0 rows hardly mix, at 1 every share is equally likely.",
    },
  },
  applies: "rows",
  infer: (picture) => picture,
  runtime: { files: ["mixup.ts"] },
  train: (_, { alpha }) => ({ make: "mixup", arguments: [alpha] }),
  example: "augment: flip(w) then mixup(alpha: 0.2)",
  pitfalls:
    "Training loss and accuracy look worse than they are: the targets are blends, and accuracy is counted against the larger share.",
  techniques: ["C8"],
});
