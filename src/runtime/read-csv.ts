import { maybeGunzip } from "./compression.ts";
import { readRecords } from "./csv.ts";
import type { Field, RawColumn, RawData } from "./dataset.ts";
import { UserError } from "./errors.ts";
import { decodeText, readBytes, resolvePath } from "./files.ts";
import { recordOf } from "./own.ts";
import {
  declaredColumns,
  recordedColumns,
  type ColumnsSource,
  type TableColumns,
} from "./table-columns.ts";
import type { TableForm, TableLayout } from "./table-layout.ts";

/** Which columns of a table belong to which field, and how the table is written. */
export interface CsvSource extends ColumnsSource, TableForm {
  /** Lines left out before everything else. */
  readonly skip?: number;
  /** What a relative path is relative to. */
  readonly directory?: string;
  /** How the table of the training was laid out, where this one is for its model: it decides, and not what is declared. */
  readonly like?: TableLayout;
}

/** The columns of a field, by their places in the table, and what was read of them so far. */
interface Binding {
  readonly field: Field;
  readonly places: readonly number[];
  readonly texts: string[];
  /** Room for more than `count` numbers: doubled when it is full. */
  numbers: Float64Array;
  count: number;
}

/** Reads a table, gzipped or not: one row an example. One field may have many columns: those that no other field has. */
export async function readCsv(fields: readonly Field[], source: CsvSource): Promise<RawData> {
  const path = resolvePath(source.directory, source.path);
  const text = decodeText(await maybeGunzip(await readBytes(path), path), path, source.encoding);
  return readTable(fields, text, { ...source, path });
}

/** The same from text that is already in memory. */
export function readTable(fields: readonly Field[], text: string, source: CsvSource): RawData {
  const { path: where, like, skip = 0 } = source;
  const form: TableForm = { delimiter: source.delimiter ?? like?.form.delimiter ?? "," };
  const numbers = new Set(source.numbers);
  const groups: string[] = [];
  let columns: TableColumns | undefined;
  let bindings: readonly Binding[] = [];
  let rows = 0;
  readRecords(text, { where, ...form, skip }, (cells, line) => {
    if (columns === undefined) {
      columns =
        like === undefined
          ? declaredColumns(fields, cells, line, source)
          : recordedColumns(fields, cells, line, source, like);
      bindings = fields.map((field, index) => newBinding(field, columns?.places[index] ?? []));
      if (columns.hasHeading) return;
    }
    const { names, group } = columns;
    if (cells.length !== names.length) {
      throw new UserError(
        `${where}, line ${line}: ${names.length} columns are expected; found ${cells.length}.`,
      );
    }
    for (const binding of bindings) addCells(binding, cells, names, numbers, where, line);
    if (group !== undefined) groups.push((cells[group] ?? "").trim());
    rows += 1;
  });
  if (columns === undefined) throw new UserError(`${where} is empty.`);
  const { group, notes } = columns;
  return {
    where,
    rows,
    columns: new Map(bindings.map((binding) => [binding.field.name, finish(binding)])),
    ...(group === undefined ? {} : { groups }),
    layout: layoutOf(fields, columns, form),
    notes,
  };
}

function layoutOf(
  fields: readonly Field[],
  { names, hasHeading, places }: TableColumns,
  form: TableForm,
): TableLayout {
  return {
    header: hasHeading,
    names,
    fields: recordOf(
      fields.map(({ name }, index) => [
        name,
        (places[index] ?? []).map((place) => names[place] ?? ""),
      ]),
    ),
    form,
  };
}

const newBinding = (field: Field, places: readonly number[]): Binding => ({
  field,
  places,
  texts: [],
  numbers: new Float64Array(1024),
  count: 0,
});

function addCells(
  binding: Binding,
  cells: readonly string[],
  names: readonly string[],
  numbers: ReadonlySet<string>,
  where: string,
  line: number,
): void {
  for (const place of binding.places) {
    const cell = (cells[place] as string).trim();
    if (MISSING.has(cell))
      throw new UserError(
        `${where}, line ${line}, column ${JSON.stringify(names[place])}: the value is missing.`,
      );
    const name = names[place] as string;
    if (binding.field.classes === undefined) addNumber(binding, numberOf(cell, name, where, line));
    else if (numbers.has(name)) binding.texts.push(String(numberOf(cell, name, where, line)));
    else binding.texts.push(cell);
  }
}

function addNumber(binding: Binding, value: number): void {
  if (binding.count === binding.numbers.length) {
    const larger = new Float64Array(2 * binding.count);
    larger.set(binding.numbers);
    binding.numbers = larger;
  }
  binding.numbers[binding.count++] = value;
}

const MISSING: ReadonlySet<string> = new Set(["", "?", "NA", "N/A", "NaN", "nan", "null", "NULL"]);

function numberOf(cell: string, name: string, where: string, line: number): number {
  const value = Number(cell);
  if (Number.isFinite(Math.fround(value)) && !/[xob]/i.test(cell)) return value;
  throw new UserError(
    `${where}, line ${line}, column ${JSON.stringify(name)}: a number is expected; found ${JSON.stringify(cell.slice(0, 60))}.`,
  );
}

function finish(binding: Binding): RawColumn {
  const { shape, classes } = binding.field;
  return {
    shape,
    values: classes === undefined ? binding.numbers.slice(0, binding.count) : binding.texts,
  };
}
