/**
 * The type of an array in the graph: sizes are plain numbers. When `batched`, the first axis is the batch: `shape[0]` is
 * the capacity the program was specialised to, and each step runs on 1 … capacity rows of it (the short last batch).
 * Rows past the actual count hold anything finite; reductions and contractions over the batch axis leave them out.
 */
export interface ArrayType {
  readonly shape: readonly number[];
  readonly batched: boolean;
}

export function elementCount(type: ArrayType): number {
  return type.shape.reduce((product, size) => product * size, 1);
}
