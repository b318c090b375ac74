import type { Column } from "./dataset.ts";
import { UserError } from "./errors.ts";
import { project, type Whitening } from "./whitening.ts";

/** One thing done to the values of a field. */
export type NormalizationStep =
  | { readonly kind: "standardize" }
  | { readonly kind: "center" }
  | { readonly kind: "scale"; readonly from: number; readonly to: number }
  | {
      readonly kind: "statistics";
      readonly mean: readonly number[];
      readonly deviation: readonly number[];
      readonly where: string;
    }
  | { readonly kind: "whiten"; readonly fit: (rows: RowsOf) => Whitening };

/** The training rows of a field, brought to scale by the steps before. */
export interface RowsOf {
  readonly where: string;
  readonly size: number;
  readonly count: number;
  /** Puts the numbers of a row into `target`. */
  readonly read: (index: number, target: Float64Array) => void;
}

/** Mean 0 and deviation 1. */
export const standardize = (): NormalizationStep => ({ kind: "standardize" });

/** Mean 0. */
export const center = (): NormalizationStep => ({ kind: "center" });

/** From the least to the greatest value of the whole field, brought to `from` … `to`. */
export const scale = (from: number, to: number): NormalizationStep => ({ kind: "scale", from, to });

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

interface Statistics {
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
  for (const step of steps) forms = applyStep(step, entries, forms);
  const affine = {
    shift: forms.map((form) => form.shift),
    factor: forms.map((form) => form.factor),
    offset: forms.map((form) => form.offset),
  };
  const last = steps.at(-1);
  if (last?.kind !== "whiten") return affine;
  return { ...affine, whitening: last.fit(rowsOf(column, rows, affine)) };
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
  if (normalization.whitening !== undefined)
    project(values, normalization.whitening, (scale) => scale, "in");
}

/** Back to the units of the data: predictions of a normalised field. What the factor 0 erased comes back as its only value. */
export function denormalizeValues(values: Float32Array, normalization: Normalization): void {
  const { shift, factor, offset, whitening } = normalization;
  if (whitening !== undefined) project(values, whitening, (scale) => 1 / scale, "out");
  for (let index = 0; index < values.length; index++) {
    const entry = index % shift.length;
    const scaled = (values[index] as number) - (offset[entry] as number);
    values[index] =
      (shift[entry] as number) + (factor[entry] === 0 ? 0 : scaled / (factor[entry] as number));
  }
}

/** (x − shift) · factor + offset of one entry. */
interface Form {
  readonly shift: number;
  readonly factor: number;
  readonly offset: number;
}

function applyStep(
  step: NormalizationStep,
  entries: readonly Statistics[],
  forms: readonly Form[],
): readonly Form[] {
  switch (step.kind) {
    case "standardize":
      return entries.map(({ mean, deviation }) => ({
        shift: mean,
        factor: deviation === 0 ? 0 : 1 / deviation,
        offset: 0,
      }));
    case "center":
      return entries.map(({ mean }, entry) => ({
        shift: mean,
        factor: forms[entry]?.factor ?? 1,
        offset: 0,
      }));
    case "scale":
      return rescale(step, entries, forms);
    case "statistics":
      return fromFile(step, entries.length);
    case "whiten":
      return forms;
  }
}

/** The statistics of a file stand for those of the data; one number may stand for all entries. */
function fromFile(
  { mean, deviation, where }: Extract<NormalizationStep, { kind: "statistics" }>,
  entries: number,
): readonly Form[] {
  if (mean.length !== entries && mean.length !== 1)
    throw new UserError(`${where} has ${mean.length} means, and the field takes ${entries}.`);
  return Array.from({ length: entries }, (_, entry) => ({
    shift: mean[entry % mean.length] ?? 0,
    factor: 1 / (deviation[entry % mean.length] ?? 1),
    offset: 0,
  }));
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
