/** An array of numbers as a file holds it: `values` row-major, whatever the file's own order and type were. */
export interface NumberArray {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}
