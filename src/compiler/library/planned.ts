import type { Planned } from "./definition.ts";

/** Names of the language that a later version brings, so that they are told apart from a slip of the pen. */
export const plannedItems: readonly Planned[] = [
  { kind: "source", name: "image", summary: "images named in a column of a table" },
  { kind: "after", name: "prune", summary: "sets small weights to 0 after training" },
  { kind: "after", name: "tune", summary: "trains on after a change" },
  { kind: "after", name: "quantize", summary: "weights in 8 bits after training" },
];
