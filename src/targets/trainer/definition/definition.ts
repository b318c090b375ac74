import type { Emission } from "../emission.ts";
import { augmentEntries } from "./augment-entries.ts";
import { carriedFlags } from "./carried-flags.ts";
import { dataEntries } from "./data-entries.ts";
import type { Entry, RunDefinition } from "./entry.ts";
import { identityEntries } from "./identity-entries.ts";
import { plain } from "./recipe.ts";
import { modelEntries } from "./model-entries.ts";
import { predictEntries, predictFlags } from "./predict-entries.ts";
import { runEntries, runFlags } from "./run-entries.ts";

/** All that a run decides of its training and of predicting with it; its plans come from the backends. */
export function definitionOf(emission: Emission): RunDefinition {
  return {
    entries: [
      ...runEntries(emission),
      ...identityEntries(emission),
      ...modelEntries(emission),
      ...dataEntries(emission),
      ...augmentEntries(emission),
      ...predictEntries(emission),
      ...testEntries(emission),
    ],
    flags: new Set([...runFlags(emission), ...predictFlags(emission), ...carriedFlags(emission)]),
  };
}

/** What the program's own test compares with. */
function testEntries({
  losses = "No losses were written when this was made.",
}: Emission): readonly Entry[] {
  const module = "test";
  if (typeof losses === "string") return [{ module, name: "expectsNothing", value: plain(losses) }];
  return [
    {
      module,
      name: "expectedLosses",
      value: plain(losses.map((loss) => Number(loss.toPrecision(7)))),
      about: "The losses of the first steps on the machine that made this program.",
    },
  ];
}
