/** Numbers as exact as their file has them: 32-bit floats hold integers of two bytes, 64-bit ones those of four, and eight bytes need their own. */
export type NumberValues = Float32Array | Float64Array | BigInt64Array | BigUint64Array;

/** An array of numbers as a file holds it: `values` row-major, whatever the file's own order and type were. */
export interface NumberArray {
  readonly shape: readonly number[];
  readonly values: NumberValues;
}
