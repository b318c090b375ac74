import type { Emission } from "../emission.ts";
import { augmentEntries } from "./augment-entries.ts";
import { dataEntries } from "./data-entries.ts";
import type { RunDefinition } from "./entry.ts";
import { modelEntries } from "./model-entries.ts";
import { predictEntries, predictFlags } from "./predict-entries.ts";
import { runEntries, runFlags } from "./run-entries.ts";

/** All that a run decides of its training and of predicting with it; its plans come from the backends. */
export function definitionOf(emission: Emission): RunDefinition {
  return {
    entries: [
      ...runEntries(emission),
      ...modelEntries(emission),
      ...dataEntries(emission),
      ...augmentEntries(emission),
      ...predictEntries(emission),
    ],
    flags: new Set([...runFlags(emission), ...predictFlags(emission)]),
  };
}
