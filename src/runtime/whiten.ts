import { symmetricEigen } from "./eigen.ts";
import { UserError } from "./errors.ts";
import type { NormalizationStep, RowsOf } from "./normalize.ts";
import type { Whitening } from "./whitening.ts";

/** Above this many features the covariance and its components take too long and too much room in a checkpoint. */
const mostFeatures = 3072;

/** Numbers of the components that the head of a file of weights has room for. */
const mostNumbers = 2_250_000;

/**
 * Decorrelates: x' = Σᵢ (vᵢ + ε)^(−1/2) pᵢ pᵢᵀ (x − mean), where pᵢ and vᵢ are principal components of the training rows, the
 * largest ones that together have the share `keep` of the variance. Features stay what they are (ZCA), so images stay images.
 */
export function whiten(keep: number, epsilon: number): NormalizationStep {
  return {
    apply: (_, forms) => forms,
    whitens: (rows) => fitWhitening(rows, keep, epsilon),
  };
}

function fitWhitening(rows: RowsOf, keep: number, epsilon: number): Whitening {
  const n = rows.size;
  if (n > mostFeatures)
    throw new UserError(
      `${rows.where}: whitening ${n} features is too much; it is done for up to ${mostFeatures}.`,
      ["Write `normalize: standardize`, or make the pictures smaller."],
    );
  const mean = meanOf(rows);
  const { values, vectors } = symmetricEigen(covarianceOf(rows, mean), n);
  const count = componentCount(values, keep);
  if (count * n > mostNumbers)
    throw new UserError(
      `${rows.where}: whitening keeps ${count} components of ${n} numbers, which is too much to be saved with the weights.`,
      [`Keep a smaller share: \`whiten(keep: ${Math.floor(keep * 95)}%)\`.`],
    );
  const scale = Array.from(
    values.subarray(0, count),
    (variance) => 1 / Math.sqrt(variance + epsilon),
  );
  const basis = encodeNumbers(Float32Array.from(vectors.subarray(0, count * n)));
  return { mean: Array.from(mean), scale, basis };
}

/** How many components have the share of the variance; what is zero but for rounding never counts. */
function componentCount(variances: Float64Array, keep: number): number {
  const total = variances.reduce((sum, variance) => sum + Math.max(0, variance), 0);
  const least = (variances[0] ?? 0) * variances.length * 1e-12;
  let [count, sum] = [0, 0];
  for (const variance of variances) {
    if (variance <= least || (count > 0 && sum >= keep * total)) break;
    sum += variance;
    count++;
  }
  return count;
}

function meanOf({ size, count, read }: RowsOf): Float64Array {
  const mean = new Float64Array(size);
  const row = new Float64Array(size);
  for (let index = 0; index < count; index++) {
    read(index, row);
    for (let place = 0; place < size; place++) mean[place] = mean[place]! + row[place]! / count;
  }
  return mean;
}

function covarianceOf({ size, count, read }: RowsOf, mean: Float64Array): Float64Array {
  const covariance = new Float64Array(size * size);
  const row = new Float64Array(size);
  for (let index = 0; index < count; index++) {
    read(index, row);
    for (let place = 0; place < size; place++) row[place] = row[place]! - mean[place]!;
    for (let a = 0; a < size; a++) {
      const value = row[a]!;
      if (value === 0) continue;
      const line = a * size;
      for (let b = 0; b <= a; b++) covariance[line + b] = covariance[line + b]! + value * row[b]!;
    }
  }
  for (let a = 0; a < size; a++)
    for (let b = 0; b <= a; b++) {
      covariance[a * size + b] = covariance[a * size + b]! / count;
      covariance[b * size + a] = covariance[a * size + b]!;
    }
  return covariance;
}

/** Numbers as text for JSON: base 64 of their little-endian bytes. */
function encodeNumbers(numbers: Float32Array): string {
  const bytes = new Uint8Array(numbers.length * 4);
  const view = new DataView(bytes.buffer);
  numbers.forEach((value, place) => view.setFloat32(place * 4, value, true));
  let text = "";
  for (let start = 0; start < bytes.length; start += 0x8000)
    text += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  return btoa(text);
}
