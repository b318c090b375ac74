import { randomOf, type Picture, type Random } from "../../../src/runtime/picture.ts";

export function picture(
  height: number,
  width: number,
  channels: number,
  values: ArrayLike<number>,
): Picture {
  return { height, width, channels, values: Float32Array.from(values) };
}

/** Every number different: 1, 2, 3, … */
export function counted(height: number, width: number, channels = 1): Picture {
  return picture(
    height,
    width,
    channels,
    Array.from({ length: height * width * channels }, (_, place) => place + 1),
  );
}

/** The random numbers of row after row. */
export function rows(count: number, purpose = "test"): readonly Random[] {
  return Array.from({ length: count }, (_, row) => randomOf(3, 1, row, purpose));
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

export function variance(values: readonly number[]): number {
  const middle = mean(values);
  return mean(values.map((value) => (value - middle) ** 2));
}

/** χ² of counts that should all be equal. */
export function chiSquared(counts: readonly number[]): number {
  const expected = mean(counts);
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}
