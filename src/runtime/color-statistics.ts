import type { Column } from "./dataset.ts";
import { symmetricEigen } from "./eigen.ts";

/** The least and the greatest value of a channel in the training rows. */
export interface ChannelRange {
  readonly least: number;
  readonly greatest: number;
}

/** Principal components of the pixels of the training rows: directions in the space of the channels, with the variance along them. */
export type ColorComponents = readonly {
  readonly direction: readonly number[];
  readonly variance: number;
}[];

export function channelRanges(
  column: Column,
  rows: Uint32Array,
  channels: number,
): readonly ChannelRange[] {
  const least = new Float64Array(channels).fill(Number.POSITIVE_INFINITY);
  const greatest = new Float64Array(channels).fill(Number.NEGATIVE_INFINITY);
  eachPixel(column, rows, channels, (values, start) => {
    for (let c = 0; c < channels; c++) {
      const value = values[start + c] ?? 0;
      least[c] = Math.min(least[c] ?? 0, value);
      greatest[c] = Math.max(greatest[c] ?? 0, value);
    }
  });
  return Array.from(least, (value, c) => ({ least: value, greatest: greatest[c] ?? 0 }));
}

export function colorComponents(
  column: Column,
  rows: Uint32Array,
  channels: number,
): ColorComponents {
  const mean = new Float64Array(channels);
  let count = 0;
  eachPixel(column, rows, channels, (values, start) => {
    count++;
    for (let c = 0; c < channels; c++) mean[c] = (mean[c] ?? 0) + (values[start + c] ?? 0);
  });
  mean.forEach((sum, c) => (mean[c] = sum / count));
  const covariance = new Float64Array(channels * channels);
  eachPixel(column, rows, channels, (values, start) => {
    for (let a = 0; a < channels; a++)
      for (let b = 0; b < channels; b++) {
        const product =
          ((values[start + a] ?? 0) - (mean[a] ?? 0)) * ((values[start + b] ?? 0) - (mean[b] ?? 0));
        covariance[a * channels + b] = (covariance[a * channels + b] ?? 0) + product / count;
      }
  });
  const { values, vectors } = symmetricEigen(covariance, channels);
  return Array.from(values, (variance, index) => ({
    direction: Array.from(vectors.subarray(index * channels, (index + 1) * channels)),
    variance: Math.max(0, variance),
  }));
}

function eachPixel(
  column: Column,
  rows: Uint32Array,
  channels: number,
  visit: (values: Float32Array, start: number) => void,
): void {
  for (const row of rows)
    for (let start = row * column.size; start < (row + 1) * column.size; start += channels)
      visit(column.values, start);
}
