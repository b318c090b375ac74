import {
  normalFrom,
  randomStream,
  randomWords,
  truncatedNormalFrom,
  uniformFrom,
} from "./random.ts";
import { carried } from "./carried.ts";
import { UserError } from "./errors.ts";

/** What a tensor starts from, all fans and gains already worked out. */
export type Distribution =
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "normal"; readonly mean: number; readonly deviation: number }
  /** Cut at two deviations from the mean; `deviation` is that of the uncut distribution. */
  | { readonly kind: "truncated_normal"; readonly mean: number; readonly deviation: number }
  | { readonly kind: "uniform"; readonly low: number; readonly high: number }
  /** `scale` on the diagonal of the last two axes (at the middle tap of a kernel), 0 elsewhere. */
  | { readonly kind: "identity"; readonly scale: number }
  /** `parts` matrices side by side, each drawn by itself: the gates of a recurrent layer. */
  | { readonly kind: "orthogonal"; readonly gain: number; readonly parts?: number }
  | { readonly kind: "values"; readonly values: readonly number[] };

/** The first values of the parameter called `path`: the same for the same seed and path, whatever else the model has. */
export function initialize(
  path: string,
  shape: readonly number[],
  distribution: Distribution,
  seed: number,
): Float32Array {
  const target = new Float32Array(shape.reduce((product, size) => product * size, 1));
  const words = randomWords(randomStream(seed, `initialize ${path}`), 0);
  const { kind } = distribution;
  if (kind === "constant") return target.fill(distribution.value);
  if (kind === "normal")
    return draw(target, normalFrom(words), distribution.mean, distribution.deviation);
  if (carried.drawsUniform && kind === "uniform")
    return draw(
      target,
      () => uniformFrom(words),
      distribution.low,
      distribution.high - distribution.low,
    );
  if (carried.drawsTruncated && kind === "truncated_normal")
    return draw(target, truncatedNormalFrom(words), distribution.mean, distribution.deviation);
  if (carried.drawsIdentity && kind === "identity")
    return fillIdentity(target, shape, distribution.scale);
  if (carried.drawsOrthogonal && kind === "orthogonal")
    return fillParts(target, shape, distribution, normalFrom(words));
  if (carried.takesValues && kind === "values")
    return copyValues(target, path, shape, distribution.values);
  throw new Error(`${path} cannot be drawn: ${kind}`);
}

function draw(
  target: Float32Array,
  next: () => number,
  shift: number,
  factor: number,
): Float32Array {
  for (let index = 0; index < target.length; index++) target[index] = shift + factor * next();
  return target;
}

function copyValues(
  target: Float32Array,
  path: string,
  shape: readonly number[],
  values: readonly number[],
): Float32Array {
  if (values.length !== target.length) {
    throw new UserError(
      `${path} of shape [${shape.join(", ")}] needs ${target.length} values; found ${values.length}.`,
    );
  }
  target.set(values);
  return target;
}

/** A kernel [k…, in, out] passes its input on through the tap that lies on the output's own place, (k − 1) / 2 rounded down. */
function fillIdentity(target: Float32Array, shape: readonly number[], scale: number): Float32Array {
  const columns = shape.at(-1) ?? 1;
  const rows = shape.at(-2) ?? 1;
  let tap = 0;
  for (const size of shape.slice(0, -2)) tap = tap * size + Math.floor((size - 1) / 2);
  for (let index = 0; index < Math.min(rows, columns); index++)
    target[(tap * rows + index) * columns + index] = scale;
  return target;
}

/** Orthogonal matrices side by side. */
function fillParts(
  target: Float32Array,
  shape: readonly number[],
  { gain, parts = 1 }: Distribution & { readonly kind: "orthogonal" },
  normal: () => number,
): Float32Array {
  if (parts === 1) return fillOrthogonal(target, shape, gain, normal);
  const columns = shape.at(-1) ?? 1;
  const width = columns / parts;
  const rows = target.length / columns;
  for (let part = 0; part < parts; part++) {
    const matrix = fillOrthogonal(new Float32Array(rows * width), [rows, width], gain, normal);
    for (let row = 0; row < rows; row++)
      target.set(matrix.subarray(row * width, (row + 1) * width), row * columns + part * width);
  }
  return target;
}

/**
 * A matrix [all axes but the last, last] whose shorter side is orthonormal, times `gain`: Gram and Schmidt's process (twice,
 * for accuracy) on a normal matrix, which draws evenly from all such matrices (Saxe, McClelland, Ganguli 2014).
 */
function fillOrthogonal(
  target: Float32Array,
  shape: readonly number[],
  gain: number,
  normal: () => number,
): Float32Array {
  const columns = shape.at(-1) ?? 1;
  const rows = columns === 0 ? 0 : target.length / columns;
  const count = Math.min(rows, columns);
  const length = Math.max(rows, columns);
  const vectors: Float64Array[] = [];
  for (let index = 0; index < count; index++) {
    const vector = Float64Array.from({ length }, normal);
    for (const other of [...vectors, ...vectors]) subtractProjection(vector, other);
    normalizeLength(vector);
    vectors.push(vector);
  }
  const wide = columns > rows;
  vectors.forEach((vector, index) => {
    for (let place = 0; place < length; place++) {
      target[wide ? index * columns + place : place * columns + index] =
        gain * (vector[place] as number);
    }
  });
  return target;
}

function subtractProjection(vector: Float64Array, unit: Float64Array): void {
  let product = 0;
  for (let index = 0; index < vector.length; index++)
    product += (vector[index] as number) * (unit[index] as number);
  for (let index = 0; index < vector.length; index++)
    vector[index] = (vector[index] as number) - product * (unit[index] as number);
}

function normalizeLength(vector: Float64Array): void {
  let square = 0;
  for (const value of vector) square += value * value;
  const length = Math.sqrt(square);
  for (let index = 0; index < vector.length; index++)
    vector[index] = (vector[index] as number) / length;
}
