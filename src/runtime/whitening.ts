/** x' = Σ scaleᵢ pᵢ pᵢᵀ (x − mean); the directions pᵢ, one after the other, as base 64 of 32-bit numbers. See whiten.ts. */
export interface Whitening {
  readonly mean: readonly number[];
  readonly scale: readonly number[];
  readonly basis: string;
}

/**
 * Each row becomes Σ factor(scaleᵢ) pᵢ pᵢᵀ (x − mean) on the way in; on the way out, with the inverse factors, the mean is
 * added instead, and what was left out of the components stays at the mean.
 */
export function project(
  values: Float32Array | Float64Array,
  { mean, scale, basis }: Whitening,
  factor: (scale: number) => number,
  way: "in" | "out",
): void {
  const n = mean.length;
  const directions = decodeNumbers(basis);
  const row = new Float64Array(n);
  const result = new Float64Array(n);
  for (let start = 0; start < values.length; start += n) {
    for (let place = 0; place < n; place++)
      row[place] = (values[start + place] as number) - (way === "in" ? (mean[place] as number) : 0);
    result.fill(0);
    for (let index = 0; index < scale.length; index++) {
      let sum = 0;
      for (let place = 0; place < n; place++)
        sum += (directions[index * n + place] as number) * (row[place] as number);
      sum *= factor(scale[index] as number);
      for (let place = 0; place < n; place++)
        result[place] = (result[place] as number) + sum * (directions[index * n + place] as number);
    }
    for (let place = 0; place < n; place++)
      values[start + place] =
        (result[place] as number) + (way === "out" ? (mean[place] as number) : 0);
  }
}

function decodeNumbers(text: string): Float32Array {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Float32Array.from({ length: bytes.length / 4 }, (_, place) =>
    view.getFloat32(place * 4, true),
  );
}
