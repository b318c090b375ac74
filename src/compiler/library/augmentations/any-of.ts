import { defineAugmentation } from "../define.ts";
import { isProblem, throughOptional } from "../support/pictures.ts";

export const anyOf = defineAugmentation({
  name: "any_of",
  summary: "Picks some of several augmentations at random, anew for each row.",
  formula:
    "a random subset of `pick` of them, each subset equally likely, done in the order in which they are written",
  source: "Cubuk, Zoph, Mane, Vasudevan, Le 2019, AutoAugment",
  arguments: {
    choices: { kind: "steps", rest: true, summary: "Augmentations; each may be a sequence." },
    pick: { kind: "integer", named: true, minimum: 1, default: 1, summary: "How many are done." },
  },
  check: ({ choices, pick }) =>
    pick <= choices.length
      ? undefined
      : {
          problem: `${pick} cannot be picked of ${choices.length}`,
          help: `write \`pick: ${choices.length}\` or less`,
          argument: "pick",
        },
  applies: "any",
  infer: (picture, { choices }) =>
    choices.map((steps) => throughOptional(picture, steps, "any_of")).find(isProblem) ?? picture,
  runtime: { files: ["augment-choose.ts"] },
  train: (_, { choices, pick }) => ({ make: "anyOf", arguments: [{ choices }, pick] }),
  example: "augment: any_of(brightness(20%), shift(w: 10%), noise(0.05), pick: 2)",
  techniques: ["C6", "C9"],
});
