import { carried } from "./carried.ts";
import type { Column } from "./dataset.ts";
import { project, type Whitening } from "./whitening.ts";

/** One thing done to the values of a field: to (x − shift) · factor + offset of each entry, or to a row as a whole. */
export interface NormalizationStep {
  readonly apply: (entries: readonly Statistics[], forms: readonly Form[]) => readonly Form[];
  readonly whitens?: (rows: RowsOf) => Whitening;
}

/** The training rows of a field, brought to scale by the steps before. */
export interface RowsOf {
  readonly where: string;
  readonly size: number;
  readonly count: number;
  /** Puts the numbers of a row into `target`. */
  readonly read: (index: number, target: Float64Array) => void;
}

/** Mean 0 and deviation 1. */
export const standardize = (): NormalizationStep => ({
  apply: (entries) =>
    entries.map(({ mean, deviation }) => ({
      shift: mean,
      factor: deviation === 0 ? 0 : 1 / deviation,
      offset: 0,
    })),
});

/** Mean 0. */
export const center = (): NormalizationStep => ({
  apply: (entries, forms) =>
    entries.map(({ mean }, entry) => ({
      shift: mean,
      factor: forms[entry]?.factor ?? 1,
      offset: 0,
    })),
});

/** From the least to the greatest value of the whole field, brought to `from` … `to`. */
export const scale = (from: number, to: number): NormalizationStep => ({
  apply: (entries, forms) => rescale({ from, to }, entries, forms),
});

/**
 * (x − shift) · factor + offset, entry by entry: one entry for each feature where a row is a list of numbers, one for each
 * channel (last axis) where it has more axes. A feature that never changes in the training part has the factor 0: nothing
 * can be learned from it, and an unseen value must not be able to throw a prediction off.
 */
export interface Normalization {
  readonly shift: readonly number[];
  readonly factor: readonly number[];
  readonly offset: readonly number[];
  /** What comes after that, when the features are decorrelated. */
  readonly whitening?: Whitening;
}

/** Of the training rows. */
export interface Statistics {
  readonly mean: number;
  readonly deviation: number;
  readonly least: number;
  readonly greatest: number;
}

/** The steps in their order, with statistics of the given rows only: those of the training part, so that nothing leaks. */
export function fitNormalization(
  column: Column,
  rows: Uint32Array,
  steps: readonly NormalizationStep[],
): Normalization {
  const entries = Array.from({ length: entryCount(column) }, (_, entry) =>
    statistics(column, rows, entry),
  );
  let forms: readonly Form[] = entries.map(() => ({ shift: 0, factor: 1, offset: 0 }));
  for (const { apply } of steps) forms = apply(entries, forms);
  const affine = {
    shift: forms.map((form) => form.shift),
    factor: forms.map((form) => form.factor),
    offset: forms.map((form) => form.offset),
  };
  if (carried.whitening) {
    const whitens = steps.at(-1)?.whitens;
    if (whitens) return { ...affine, whitening: whitens(rowsOf(column, rows, affine)) };
  }
  return affine;
}

function rowsOf(column: Column, rows: Uint32Array, affine: Normalization): RowsOf {
  const { size, values, field } = column;
  return {
    where: field.name,
    size,
    count: rows.length,
    read: (index, target) => {
      const row = values.slice(
        (rows[index] as number) * size,
        ((rows[index] as number) + 1) * size,
      );
      normalizeValues(row, affine);
      target.set(row);
    },
  };
}

/** The same for the values of every row, in place. */
export function normalizeValues(values: Float32Array, normalization: Normalization): void {
  const { shift, factor, offset } = normalization;
  for (let index = 0; index < values.length; index++) {
    const entry = index % shift.length;
    values[index] =
      ((values[index] as number) - (shift[entry] as number)) * (factor[entry] as number) +
      (offset[entry] as number);
  }
  if (carried.whitening && normalization.whitening !== undefined)
    project(values, normalization.whitening, (scale) => scale, "in");
}

/** Back to the units of the data: predictions of a normalised field. What the factor 0 erased comes back as its only value. */
export function denormalizeValues(values: Float32Array, normalization: Normalization): void {
  const { shift, factor, offset } = normalization;
  if (carried.whitening && normalization.whitening !== undefined)
    project(values, normalization.whitening, (scale) => 1 / scale, "out");
  for (let index = 0; index < values.length; index++) {
    const entry = index % shift.length;
    const scaled = (values[index] as number) - (offset[entry] as number);
    values[index] =
      (shift[entry] as number) + (factor[entry] === 0 ? 0 : scaled / (factor[entry] as number));
  }
}

/**
 * What a difference of two values brought to scale is multiplied by to be that of the data: a number for each entry, or the matrix
 * that undoes the mixing of entries. What the factor 0 erased differs by nothing.
 */
export function unitsOf(normalization: Normalization): Float32Array {
  const inverse = normalization.factor.map((each) => (each === 0 ? 0 : 1 / each));
  if (carried.whitening && normalization.whitening !== undefined) {
    const { whitening } = normalization;
    const size = whitening.mean.length;
    const rows = Float32Array.from({ length: size * size }, (_, place) =>
      place % (size + 1) === 0 ? 1 : 0,
    );
    const centred = { ...whitening, mean: whitening.mean.map(() => 0) };
    project(rows, centred, (scale) => 1 / scale, "out");
    return rows.map((number, place) => number * inverse[(place % size) % inverse.length]!);
  }
  return Float32Array.from(inverse);
}

/** (x − shift) · factor + offset of one entry. */
export interface Form {
  readonly shift: number;
  readonly factor: number;
  readonly offset: number;
}

function rescale(
  step: { readonly from: number; readonly to: number },
  entries: readonly Statistics[],
  forms: readonly Form[],
): readonly Form[] {
  const value = (form: Form, x: number) => (x - form.shift) * form.factor + form.offset;
  const least = forms.reduce(
    (result, form, entry) => Math.min(result, value(form, (entries[entry] as Statistics).least)),
    Infinity,
  );
  const greatest = forms.reduce(
    (result, form, entry) => Math.max(result, value(form, (entries[entry] as Statistics).greatest)),
    -Infinity,
  );
  const stretch = greatest > least ? (step.to - step.from) / (greatest - least) : 0;
  return forms.map((form) => ({
    shift: form.shift,
    factor: form.factor * stretch,
    offset: step.from + (form.offset - least) * stretch,
  }));
}

function entryCount(column: Column): number {
  return column.field.shape.length <= 1 ? column.size : (column.field.shape.at(-1) ?? 1);
}

/** Mean and population deviation in double precision, in two passes. */
function statistics(column: Column, rows: Uint32Array, entry: number): Statistics {
  const { values, size } = column;
  const entries = entryCount(column);
  let [sum, least, greatest] = [0, Infinity, -Infinity];
  for (const row of rows) {
    for (let place = row * size + entry; place < (row + 1) * size; place += entries) {
      const value = values[place] as number;
      sum += value;
      if (value < least) least = value;
      if (value > greatest) greatest = value;
    }
  }
  const count = (rows.length * size) / entries;
  const mean = least === greatest ? least : sum / count;
  let squares = 0;
  for (const row of rows) {
    for (let place = row * size + entry; place < (row + 1) * size; place += entries)
      squares += ((values[place] as number) - mean) ** 2;
  }
  return { mean, deviation: Math.sqrt(squares / count), least, greatest };
}
