import type { Attributes, Node, Op } from "../graph.ts";

/** An array as it is while interpreting: the first size of a batched one is the number of rows of this step. */
export interface Value {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** What leaves are bound to: arrays by their names (random numbers by their stream) and scalars by theirs. */
export interface Bindings {
  readonly values: ReadonlyMap<string, Float64Array | Float32Array>;
  readonly scalars: ReadonlyMap<string, number>;
  readonly rows: number;
  /** In the body of a scan, its leaves: `before 0`, `here 1`. */
  readonly locals?: ReadonlyMap<string, Float64Array>;
}

/** `shape` is the shape of the result with the actual rows in it; shapes in `attributes` have the capacity instead. */
export interface Evaluation<O extends Op> {
  readonly inputs: readonly Value[];
  readonly attributes: Attributes[O];
  readonly shape: readonly number[];
  readonly bindings: Bindings;
  /** The values of nodes and of all below them, as often as needed. */
  readonly within: (nodes: readonly Node[]) => (bindings: Bindings) => readonly Float64Array[];
  /** What a calculation makes that several nodes are results of, made for the first of them. */
  readonly once: (make: () => readonly Float64Array[]) => readonly Float64Array[];
}

export function countOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Row-major steps: the last axis moves by 1. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis]!;
  }
  return strides;
}

/** Calls `visit` with the offset start + Σ index·stride of every point of `shape`, in row-major order. */
export function forEachOffset(
  shape: readonly number[],
  strides: readonly number[],
  start: number,
  visit: (offset: number, place: number) => void,
): void {
  const index = shape.map(() => 0);
  const total = countOf(shape);
  let offset = start;
  for (let place = 0; place < total; place++) {
    visit(offset, place);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      offset += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      offset -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
}

/** The elements at start + Σ index·stride for every point of `shape`, in row-major order. */
export function gather(
  data: Float64Array,
  shape: readonly number[],
  strides: readonly number[],
  start = 0,
): Float64Array {
  const result = new Float64Array(countOf(shape));
  forEachOffset(shape, strides, start, (offset, place) => (result[place] = data[offset]!));
  return result;
}
