import { maybeGunzip } from "./compression.ts";
import { readRecords } from "./csv.ts";
import type { Field, RawColumn, RawData } from "./dataset.ts";
import { sizeOf } from "./dataset.ts";
import { UserError } from "./errors.ts";
import { decodeText, readBytes, resolvePath } from "./files.ts";
import { nearest } from "./suggest.ts";

/** Which columns of a table belong to which field, and how the table is written. */
export interface CsvSource {
  readonly path: string;
  /** The column of the second field. */
  readonly target?: string;
  /** Columns that are left out. */
  readonly ignore?: readonly string[];
  /** Whether the first line names the columns (default); without, they are called "1", "2", … */
  readonly header?: boolean;
  /** Lines left out before everything else. */
  readonly skip?: number;
  readonly delimiter?: string;
  /** Field → its column. */
  readonly fields?: Readonly<Record<string, string>>;
  /** The column whose equal rows a split keeps together. */
  readonly group?: string;
  /** What a relative path is relative to. */
  readonly directory?: string;
}

/** The columns of a field, by their places in the table, and what was read of them so far. */
interface Binding {
  readonly field: Field;
  readonly places: readonly number[];
  readonly texts: string[];
  /** Room for more than `count` numbers: doubled when it is full. */
  numbers: Float32Array;
  count: number;
}

/** Reads a table, gzipped or not: one row an example. One field may have many columns: those that no other field has. */
export async function readCsv(fields: readonly Field[], source: CsvSource): Promise<RawData> {
  const path = resolvePath(source.directory, source.path);
  const text = decodeText(await maybeGunzip(await readBytes(path), path), path);
  return readTable(fields, text, { ...source, path });
}

/** The same from text that is already in memory. */
export function readTable(fields: readonly Field[], text: string, source: CsvSource): RawData {
  const where = source.path;
  let names: readonly string[] | undefined;
  let bindings: readonly Binding[] = [];
  let group: number | undefined;
  const groups: string[] = [];
  let rows = 0;
  readRecords(
    text,
    {
      where,
      ...(source.delimiter === undefined ? {} : { delimiter: source.delimiter }),
      skip: source.skip ?? 0,
    },
    (cells, line) => {
      if (names === undefined) {
        names =
          source.header === false
            ? cells.map((_, index) => String(index + 1))
            : cells.map((name) => name.trim());
        requireUnique(names, where, line);
        bindings = bindColumns(fields, names, source);
        group = source.group === undefined ? undefined : placeOf(names, source.group, where);
        if (source.header !== false) return;
      }
      if (cells.length !== names.length) {
        throw new UserError(
          `${where}, line ${line}: ${names.length} columns are expected; found ${cells.length}.`,
        );
      }
      for (const binding of bindings) addCells(binding, cells, names, where, line);
      if (group !== undefined) groups.push((cells[group] ?? "").trim());
      rows += 1;
    },
  );
  if (names === undefined) throw new UserError(`${where} is empty.`);
  const columns = new Map(bindings.map((binding) => [binding.field.name, finish(binding)]));
  return { where, rows, columns, ...(group === undefined ? {} : { groups }) };
}

function requireUnique(names: readonly string[], where: string, line: number): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new UserError(
      `${where}, line ${line}: two columns are called ${JSON.stringify(twice)}.`,
      ["If the first line holds no names, write `header: off`."],
    );
  }
}

function placeOf(names: readonly string[], name: string, where: string): number {
  const place = names.indexOf(name);
  if (place !== -1) return place;
  const near = nearest(name, names);
  throw new UserError(`${where} has no column ${JSON.stringify(name)}.`, [
    near === undefined
      ? `It has: ${names.slice(0, 20).join(", ")}${names.length > 20 ? ", …" : ""}.`
      : `Did you mean ${JSON.stringify(near)}?`,
  ]);
}

/** Named columns first; the one field that is left takes the columns that are left, in order. */
function bindColumns(
  fields: readonly Field[],
  names: readonly string[],
  source: CsvSource,
): Binding[] {
  const named = new Map(Object.entries(source.fields ?? {}));
  const second = fields[1];
  if (source.target !== undefined && second !== undefined) named.set(second.name, source.target);
  const taken = [
    ...named.values(),
    ...(source.ignore ?? []),
    ...(source.group === undefined ? [] : [source.group]),
  ].map((name) => placeOf(names, name, source.path));
  const rest = fields.filter((field) => !named.has(field.name));
  if (rest.length > 1) {
    throw new UserError(
      `${source.path}: it is not said which columns are ${rest.map((field) => `"${field.name}"`).join(" and ")}.`,
      [
        `Name the target (\`target: ${JSON.stringify(names.at(-1))}\`), or a column for each field but one.`,
      ],
    );
  }
  const free = names.flatMap((_, index) => (taken.includes(index) ? [] : [index]));
  return fields.map((field) => {
    const column = named.get(field.name);
    const places = column === undefined ? free : [placeOf(names, column, source.path)];
    requireSize(field, places, names, source.path);
    return { field, places, texts: [], numbers: new Float32Array(1024), count: 0 };
  });
}

function requireSize(
  field: Field,
  places: readonly number[],
  names: readonly string[],
  where: string,
): void {
  const size = sizeOf(field.shape);
  if (size === places.length) return;
  const shown = places
    .slice(0, 6)
    .map((place) => JSON.stringify(names[place]))
    .join(", ");
  throw new UserError(
    `${where}: the field "${field.name}" is declared with ${size} numbers a row; ${places.length} columns are left for it.`,
    [
      places.length === 0
        ? "Every column belongs to another field."
        : `They are ${shown}${places.length > 6 ? ", …" : ""}. Leave some out with \`ignore:\`, or change the declared size.`,
    ],
  );
}

function addCells(
  binding: Binding,
  cells: readonly string[],
  names: readonly string[],
  where: string,
  line: number,
): void {
  for (const place of binding.places) {
    const cell = (cells[place] as string).trim();
    if (MISSING.has(cell))
      throw new UserError(
        `${where}, line ${line}, column ${JSON.stringify(names[place])}: the value is missing.`,
      );
    if (binding.field.classes !== undefined) binding.texts.push(cell);
    else addNumber(binding, numberOf(cell, names[place] as string, where, line));
  }
}

function addNumber(binding: Binding, value: number): void {
  if (binding.count === binding.numbers.length) {
    const larger = new Float32Array(2 * binding.count);
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
