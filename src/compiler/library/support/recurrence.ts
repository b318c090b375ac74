import type { GraphBuilder } from "../../ir/builder.ts";
import type { Node } from "../../ir/graph.ts";

/** A calculation that goes along a sequence: what it leaves at one place it finds again at the next. */
export interface Recurrence {
  /** `[B, T, n]` each; a step is given its place of it, `[B, n]`. */
  readonly sequences: readonly Node[];
  /** The same at every place: weights and biases. */
  readonly constants: readonly Node[];
  /** Units of each of the values that go from place to place; they start at 0. */
  readonly units: readonly number[];
  /** From the values of the place before, `[B, n]` each, those of this place. */
  readonly step: (graph: GraphBuilder, before: readonly Node[], here: readonly Node[], constants: readonly Node[]) => readonly Node[];
}

/** The first of the values of a recurrence at all places: `[B, T, n]`. */
export function recur(graph: GraphBuilder, { sequences, constants, units, step }: Recurrence): Node {
  const [rows, length] = sequences[0]!.type.shape as readonly [number, number];
  let before: readonly Node[] = units.map((count) => graph.broadcast(0, { shape: [rows, count], batched: true }, []));
  const places: Node[] = [];
  for (let place = 0; place < length; place++) {
    before = step(graph, before, sequences.map((sequence) => placeOf(graph, sequence, place)), constants);
    places.push(graph.reshape(before[0]!, [rows, 1, units[0]!]));
  }
  return graph.concatenate(places, 1);
}

function placeOf(graph: GraphBuilder, sequence: Node, place: number): Node {
  const [rows, , count] = sequence.type.shape as readonly [number, number, number];
  return graph.reshape(graph.slice(sequence, [0, place, 0], [rows, 1, count]), [rows, count]);
}
