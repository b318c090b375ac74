import type { Affine } from "./plan.ts";

/** How far each loop variable runs: axis → extent. */
export type Extents = ReadonlyMap<string, number>;

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? Math.abs(a) : greatestCommonDivisor(b, a % b);
}

/** The canonical form: one term an axis, zero steps dropped, largest steps first, the division in lowest terms. */
export function affine(
  constant: number,
  terms: readonly (readonly [string, number])[] = [],
  divisor = 1,
): Affine {
  const steps = new Map<string, number>();
  for (const [axis, step] of terms) steps.set(axis, (steps.get(axis) ?? 0) + step);
  const kept = [...steps].filter(([, step]) => step !== 0);
  kept.sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]) || (a[0] < b[0] ? -1 : 1));
  if (divisor === 1) return { constant, terms: kept };
  const common = kept.reduce(
    (known, [, step]) => greatestCommonDivisor(known, step),
    greatestCommonDivisor(constant, divisor),
  );
  if (common > 1)
    return affine(
      constant / common,
      kept.map(([axis, step]) => [axis, step / common] as const),
      divisor / common,
    );
  return { constant, terms: kept, divisor };
}

export function affineKey(index: Affine): string {
  return `${index.constant}${index.terms.map(([axis, step]) => `+${step}${axis}`).join("")}/${index.divisor ?? 1}`;
}

/** a + b, where neither has a divisor. */
export function addAffine(a: Affine, b: Affine): Affine {
  return affine(a.constant + b.constant, [...a.terms, ...b.terms]);
}

/** factor·a + constant, where `a` has no divisor. */
export function scaleAffine(a: Affine, factor: number, constant = 0): Affine {
  return affine(
    a.constant * factor + constant,
    a.terms.map(([axis, step]) => [axis, step * factor] as const),
  );
}

/** a + constant, with the divisor of `a`. */
export function shiftAffine(a: Affine, constant: number): Affine {
  const divisor = a.divisor ?? 1;
  return affine(a.constant + constant * divisor, a.terms, divisor);
}

/** The least and the greatest value before the division, by interval arithmetic. */
function numeratorRange(index: Affine, extents: Extents): readonly [number, number] {
  let low = index.constant;
  let high = index.constant;
  for (const [axis, step] of index.terms) {
    const reach = step * ((extents.get(axis) ?? 1) - 1);
    if (reach < 0) low += reach;
    else high += reach;
  }
  return [low, high];
}

/** The least and the greatest value; for a divided index, of its exact points. */
export function rangeOf(index: Affine, extents: Extents): readonly [number, number] {
  const [low, high] = numeratorRange(index, extents);
  const divisor = index.divisor ?? 1;
  return [Math.ceil(low / divisor), Math.floor(high / divisor)];
}

/** Whether every value lies in 0 … size − 1 and every division is exact. */
export function staysInside(index: Affine, size: number, extents: Extents): boolean {
  const divisor = index.divisor ?? 1;
  const exact =
    index.constant % divisor === 0 && index.terms.every(([, step]) => step % divisor === 0);
  const [low, high] = rangeOf(index, extents);
  return exact && low >= 0 && high < size;
}

/** Row-major strides of a shape. */
export function stridesOf(shape: readonly number[]): readonly number[] {
  const strides = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--)
    strides[axis] = strides[axis + 1]! * shape[axis + 1]!;
  return strides;
}

/** The row-major place of an index in a shape; undefined when an index is divided. */
export function flatten(index: readonly Affine[], shape: readonly number[]): Affine | undefined {
  if (index.some((one) => one.divisor !== undefined)) return undefined;
  const strides = stridesOf(shape);
  return index.reduce(
    (sum, one, axis) => addAffine(sum, scaleAffine(one, strides[axis]!)),
    affine(0),
  );
}

export type Decomposition =
  | { readonly kind: "index"; readonly index: readonly Affine[] }
  /** Loop axis `axis` has to be cut so that its inner part runs to `inner`. */
  | { readonly kind: "split"; readonly axis: string; readonly inner: number }
  | { readonly kind: "impossible" };

/**
 * A flat place as one index a dimension, without division: each term must lie within one dimension.
 * Where an axis runs over several dimensions the answer is the cut that it needs.
 */
export function unflatten(flat: Affine, shape: readonly number[], extents: Extents): Decomposition {
  const strides = stridesOf(shape);
  const parts: { constant: number; terms: (readonly [string, number])[] }[] = shape.map(() => ({
    constant: 0,
    terms: [],
  }));
  let rest = flat.constant;
  if (rest < 0) return { kind: "impossible" };
  for (const [axis, stride] of strides.entries()) {
    parts[axis]!.constant = Math.floor(rest / stride);
    rest %= stride;
  }
  for (const [axis, step] of flat.terms) {
    const extent = extents.get(axis) ?? 1;
    const place = strides.findIndex(
      (stride, at) =>
        step > 0 && step % stride === 0 && (at === 0 || step < strides[at - 1]!) && shape[at]! > 1,
    );
    if (place < 0) return { kind: "impossible" };
    const room = place === 0 ? Infinity : strides[place - 1]! / step;
    if (extent > room) {
      return Number.isInteger(room) && extent % room === 0
        ? { kind: "split", axis, inner: room }
        : { kind: "impossible" };
    }
    parts[place]!.terms.push([axis, step / strides[place]!]);
  }
  const index = parts.map((part) => affine(part.constant, part.terms));
  const fits = index.every((one, axis) => staysInside(one, shape[axis]!, extents));
  return fits ? { kind: "index", index } : { kind: "impossible" };
}
