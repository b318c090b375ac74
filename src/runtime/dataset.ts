import { carried } from "./carried.ts";
import { UserError } from "./errors.ts";
import { mapLabels } from "./labels.ts";
import type { NumberValues } from "./number-array.ts";
import { own } from "./own.ts";
import type { TableLayout } from "./table-layout.ts";

/** A field as the data declare it; the shape is without the batch axis. `classes` stands for `class[B] of n`. */
export interface Field {
  readonly name: string;
  readonly shape: readonly number[];
  readonly classes?: number;
}

/** A column as a reader gives it: numbers row-major, as exact as the file has them, or texts where labels are words. `shape` is without the rows. */
export interface RawColumn {
  readonly shape: readonly number[];
  readonly values: NumberValues | readonly string[];
  /** Labels that count as found even where no row has them: what several fields are to have in common. */
  readonly vocabulary?: readonly string[];
}

/** What a reader gives, by field. `where` names the source in messages; `groups` is the column that a split keeps together. */
export interface RawData {
  readonly where: string;
  readonly rows: number;
  readonly columns: ReadonlyMap<string, RawColumn>;
  readonly groups?: readonly string[];
  /** Set where a split cuts the rows in their order: so many rows after each have something in common with it. */
  readonly inOrder?: { readonly reach: number };
  /** How its columns were found, where it is a table. */
  readonly layout?: TableLayout;
  /** What a person should know of it. */
  readonly notes?: readonly string[];
}

/** The values of a field: `size` numbers a row. Labels are 0 … n − 1; `classNames` says what they were called. */
export interface Column {
  readonly field: Field;
  readonly size: number;
  readonly values: Float32Array;
  readonly classNames?: readonly string[];
}

/** The same before the values are brought to scale: what is read from 64 bits keeps them until then. */
export interface UnscaledColumn extends Omit<Column, "values"> {
  readonly values: Float32Array | Float64Array;
}

/** Examples before their values are brought to scale. */
export interface UnscaledDataset extends Omit<Dataset, "columns"> {
  readonly columns: ReadonlyMap<string, UnscaledColumn>;
}

/** Examples in memory, all fields of equal length. */
export interface Dataset {
  readonly where: string;
  readonly rows: number;
  readonly columns: ReadonlyMap<string, Column>;
  readonly groups?: readonly string[];
  readonly inOrder?: { readonly reach: number };
}

/** Field → what its labels 0, 1, … are called. */
export type ClassNames = Readonly<Record<string, readonly string[]>>;

/**
 * Holds what was read against the declared fields. All sources share one numbering of labels (training and test data of
 * their own files), or the `known` one of an earlier training.
 */
export function bindFields(
  fields: readonly Field[],
  sources: readonly RawData[],
  known?: ClassNames,
): UnscaledDataset[] {
  const columns = sources.map(() => new Map<string, UnscaledColumn>());
  for (const field of fields) {
    if (carried.arrays) for (const source of sources) requireFit(field, source);
    const raws = sources.map((source) => source.columns.get(field.name)!);
    const bound =
      field.classes === undefined
        ? raws.map(({ values }) => columnOf(field, floatsOf(values)!))
        : bindLabels(field, raws, sources, known);
    bound.forEach((column, index) => columns[index]!.set(field.name, column));
  }
  return sources.map((source, index) => datasetOf(source, columns[index]!));
}

function datasetOf(source: RawData, columns: ReadonlyMap<string, UnscaledColumn>): UnscaledDataset {
  const { where, rows } = source;
  if (rows === 0) throw new UserError(`${where} has no rows.`);
  return {
    where,
    rows,
    columns,
    ...(carried.groups && source.groups && { groups: source.groups }),
    ...(carried.inOrder && source.inOrder && { inOrder: source.inOrder }),
  };
}

/** The numbers a row of a field. */
export const sizeOf = (shape: readonly number[]): number =>
  shape.reduce((product, size) => product * size, 1);

/** Holds a source against a field: rows, shape, and numbers to train on. Tables are held to that cell by cell. */
function requireFit(field: Field, { where, rows, columns }: RawData): void {
  const column = columns.get(field.name);
  if (column === undefined) {
    throw new UserError(`${where} has nothing for the field "${field.name}".`, [
      `It has: ${[...columns.keys()].join(", ") || "nothing"}.`,
    ]);
  }
  const { shape, values } = column;
  const found = values.length / sizeOf(shape);
  if (found !== rows && sizeOf(shape) > 0) {
    throw new UserError(
      `${where}: the fields disagree: "${field.name}" has ${found} rows, the others ${rows}.`,
    );
  }
  if (!sameShape(shape, field.shape)) {
    throw new UserError(
      `${where}: "${field.name}" is declared with [${field.shape.join(", ")}]${field.classes === undefined ? "" : " labels"} a row; found [${shape.join(", ")}].`,
    );
  }
  if (field.classes === undefined) requireNumbers(field, values, where);
}

function requireNumbers(field: Field, raw: RawColumn["values"], where: string): void {
  const values = floatsOf(raw);
  if (values === undefined)
    throw new UserError(`${where}: "${field.name}" needs numbers; found text.`);
  const size = sizeOf(field.shape);
  const faulty = firstFaulty(values);
  if (faulty !== -1) {
    const row = Math.floor(faulty / size) + 1;
    throw new UserError(
      `${where}: "${field.name}", row ${row}, place ${(faulty % size) + 1}: ${values[faulty]} is not a number to train on.`,
    );
  }
}

/** Integers of eight bytes as the nearest 64-bit floats; texts are none. */
function floatsOf(values: RawColumn["values"]): Float32Array | Float64Array | undefined {
  if (values instanceof Float32Array || values instanceof Float64Array) return values;
  return Array.isArray(values) ? undefined : Float64Array.from(values as BigInt64Array, Number);
}

/** A plain loop: there may be millions of numbers. */
function firstFaulty(values: Float32Array | Float64Array): number {
  for (let place = 0; place < values.length; place++)
    if (!Number.isFinite(values[place])) return place;
  return -1;
}

function bindLabels(
  field: Field,
  raws: readonly RawColumn[],
  sources: readonly RawData[],
  known: ClassNames | undefined,
): UnscaledColumn[] {
  const { shape, classes = 0 } = field;
  const places = sources.map(({ where }) => ({ where, field: field.name, size: sizeOf(shape) }));
  const vocabulary = raws.flatMap((raw) => raw.vocabulary ?? []);
  const mapping = known && { names: own(known, field.name) };
  const lists = raws.map(({ values }) => values);
  const { labels, names } = mapLabels(classes, lists, places, mapping, vocabulary);
  return labels.map((values) => columnOf(field, values, names));
}

function columnOf(
  field: Field,
  values: UnscaledColumn["values"],
  classNames?: readonly string[],
): UnscaledColumn {
  return { field, size: sizeOf(field.shape), values, ...(classNames && { classNames }) };
}

/** Equal but for axes of length 1; or one of them is flat and they hold as many numbers (images as rows of pixels). */
function sameShape(found: readonly number[], declared: readonly number[]): boolean {
  const [a, b] = [found.filter((size) => size !== 1), declared.filter((size) => size !== 1)];
  if (a.length === b.length) return a.every((size, axis) => size === b[axis]);
  return sizeOf(a) === sizeOf(b) && (a.length <= 1 || b.length <= 1);
}
