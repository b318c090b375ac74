import { countOf, forEachOffset, stridesOf, type Value } from "./evaluation.ts";

/** Combines all elements that differ only along `axes`, in row-major order. */
export function reduceValues(
  operand: Value,
  axes: readonly number[],
  shape: readonly number[],
  initial: number,
  combine: (accumulator: number, value: number) => number,
): Float64Array {
  const result = new Float64Array(countOf(shape)).fill(initial);
  const own = stridesOf(shape);
  let kept = 0;
  const strides = operand.shape.map((_, axis) => (axes.includes(axis) ? 0 : own[kept++]!));
  forEachOffset(
    operand.shape,
    strides,
    0,
    (offset, place) => (result[offset] = combine(result[offset]!, operand.data[place]!)),
  );
  return result;
}
