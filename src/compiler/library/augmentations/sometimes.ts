import { defineAugmentation } from "../define.ts";
import { throughOptional } from "../support/pictures.ts";

export const sometimes = defineAugmentation({
  name: "sometimes",
  summary: "Does what stands in it with a chance.",
  formula: "x' = f(x) with probability `chance`, otherwise x' = x",
  arguments: {
    chance: { kind: "number", minimum: 0, maximum: 1, summary: "How often." },
    steps: { kind: "steps", summary: "What is done: augmentations joined by `then`." },
  },
  applies: "any",
  infer: (picture, { steps }) => throughOptional(picture, steps, "sometimes"),
  runtime: { files: ["augment-choose.ts"] },
  train: (_, { chance, steps }) => ({ make: "sometimes", arguments: [chance, { steps }] }),
  example: "augment: sometimes(30%, rotate(15 deg) then shear(10 deg))",
  techniques: ["C6"],
});
