import type { GraphBuilder } from "../../ir/builder.ts";
import type { Node } from "../../ir/graph.ts";
import { recur as recurrence } from "../../ir/scan.ts";

/** A calculation that goes along a sequence: what it leaves at one place it finds again at the next. */
export interface Recurrence {
  /** `[B, T, n]` each; a step is given its place of it, `[B, n]`. */
  readonly sequences: readonly Node[];
  /** The same at every place: weights and biases. */
  readonly constants: readonly Node[];
  /** Units of each of the values that go from place to place; they start at 0. */
  readonly units: readonly number[];
  /** From the values of the place before, `[B, n]` each, those of this place. */
  readonly step: (
    graph: GraphBuilder,
    before: readonly Node[],
    here: readonly Node[],
    constants: readonly Node[],
  ) => readonly Node[];
}

/** The first of the values of a recurrence at all places: `[B, T, n]`. */
export function recur(
  graph: GraphBuilder,
  { sequences, constants, units, step }: Recurrence,
): Node {
  const rows = sequences[0]!.type.shape[0]!;
  const values = units.map((count) => ({ shape: [rows, count], batched: true }));
  return recurrence(graph, {
    sequences,
    constants,
    values,
    step: (before, here, same) => step(graph, before, here, same),
  })[0]!;
}
