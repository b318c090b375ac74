import { expect, test } from "vitest";
import { library } from "../../src/compiler/library/index.ts";
import type { DefinitionKind } from "../../src/compiler/library/definition.ts";
import { argumentsOf, type Written } from "../support/library-values.ts";

const epochs = { amount: 3, unit: "epoch" };

test.each([
  [
    "schedule",
    "step",
    {},
    "`step` is told neither when nor how often to lower the rate",
    undefined,
  ],
  ["schedule", "step", { every: epochs }, undefined, undefined],
  ["schedule", "step", { at: [epochs] }, undefined, undefined],
  [
    "schedule",
    "cosine",
    { grow: 2 },
    "`grow` makes each period longer than the one before, and without `restart` there is only one",
    "grow",
  ],
  ["schedule", "cosine", { grow: 2, restart: epochs }, undefined, undefined],
  [
    "optimizer",
    "sgd",
    { nesterov: true },
    "`nesterov: on` looks ahead along the momentum, and the momentum is 0",
    "nesterov",
  ],
  [
    "optimizer",
    "sgd",
    { form: "displacement" },
    "`form` chooses between two forms of momentum, and the momentum is 0",
    "form",
  ],
  ["optimizer", "sgd", { nesterov: true, momentum: 0.9 }, undefined, undefined],
  ["optimizer", "sgd", { nesterov: true, momentum: { schedule: [] } }, undefined, undefined],
  [
    "layer",
    "fractional_max_pool",
    { ratio: 2.5 },
    "a ratio of 2.5 leaves out places between windows of 2",
    "ratio",
  ],
  ["layer", "fractional_max_pool", { ratio: 2.5, window: 3 }, undefined, undefined],
] as const)("%s %s %j", (kind, name, written, problem, argument) => {
  const definition = library.find(kind as DefinitionKind, name)!;
  const found = definition.check?.(argumentsOf(definition, written as Written));
  expect([found?.problem, found?.argument]).toEqual([problem, argument]);
});
