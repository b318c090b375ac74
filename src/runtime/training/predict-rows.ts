import { parseCsv } from "../csv.ts";
import { sizeOf, type RawColumn } from "../dataset.ts";
import { UserError } from "../errors.ts";
import { feedPart } from "../feed.ts";
import { readText } from "../files.ts";
import { noteAside } from "../note-aside.ts";
import { own, recordOf } from "../own.ts";
import { preparePart, type Preparation } from "../prepare.ts";
import { readTable, type CsvSource } from "../read-csv.ts";
import type { TableOptions } from "../read-other-table.ts";
import { describeMetrics } from "../describe-run.ts";
import { readStandardInput } from "../standard-input.ts";
import { evaluate } from "./measuring.ts";
import type { Model, Numbers, Row } from "./predict.ts";

/** The text of a file of rows: a table is written as that of the data, JSON is UTF-8. */
export function readTableText({ encoding }: TableOptions, input: string): Promise<string> {
  const known = /\.jsonl?$/i.test(input) ? undefined : encoding;
  return input === "-" ? readStandardInput(known) : readText(input, known);
}

/** The rows of a table, bound by the names that its columns had in training; without these, as the spec declares them. */
export function rowsOfTable(
  { training, preparation }: Model,
  text: string,
  where: string,
  header?: boolean,
): Row[] {
  const read = new Set(training.modelInputs.map(({ field }) => field));
  const given = training.fields.filter(({ name }) => read.has(name));
  const source = sourceOf(training.tableOptions!, preparation, where, header);
  const { rows, columns, notes } = readTable(given, text, { ...source, partial: true });
  noteAside(preparation.layout ? notes : [unrecorded]);
  const inputs = training.modelInputs.map(
    ({ name, field }) => [name, columns.get(field)!] as const,
  );
  return Array.from({ length: rows }, (_, row) =>
    recordOf(inputs.map(([name, column]) => [name, valuesOf(column, row)])),
  );
}

/** How good the predictions for a table are that has the targets too, in a sentence. */
export async function measureTable(
  { training, device, preparation }: Model,
  text: string,
  where: string,
  header?: boolean,
): Promise<string> {
  const source = sourceOf(training.tableOptions!, preparation, where, header);
  const rows = readTable(training.fields, text, source);
  const whole = preparePart(training.fields, rows, preparation);
  const part = training.feeding ? feedPart(whole, training.feeding) : whole;
  const metrics = await evaluate(training, device, part);
  return `measured on ${rows.rows} rows: ${describeMetrics(metrics, training.display)}`;
}

/** A table of the kind that training had. */
function sourceOf(
  declared: TableOptions,
  { layout }: Preparation,
  path: string,
  header: boolean | undefined,
): CsvSource {
  return {
    ...declared,
    path,
    ...(header === undefined ? {} : { header }),
    ...(layout === undefined ? {} : { like: layout }),
  };
}

const unrecorded =
  "these weights do not say which columns their training had: columns are bound as the spec declares them";

function valuesOf({ values, shape }: RawColumn, row: number): Numbers {
  const size = sizeOf(shape);
  return Array.from({ length: size }, (_, place) => values[row * size + place] as number | string);
}

/** What rows name besides inputs and columns of the training, in a sentence. */
export function surplusNames(
  { training, preparation }: Model,
  rows: readonly Row[],
  where: string,
): readonly string[] {
  const known = new Set([
    ...training.modelInputs.map(({ name }) => name),
    ...training.fields.map(({ name }) => name),
    ...(preparation.layout?.names ?? []),
  ]);
  const [first] = rows;
  const names = typeof first === "object" && first !== null ? Object.keys(first) : [];
  const surplus = Array.isArray(first) ? [] : names.filter((name) => !known.has(name));
  return surplus.length === 0
    ? []
    : [`${where}: left out, as training did not have them: ${surplus.slice(0, 20).join(", ")}`];
}

/**
 * The cells of a table for a model whose data were none: the inputs by their names where each is one number, else one after the
 * other. A first line of names is known by its having no numbers and no labels, where that is not said.
 */
export function rowsOfCells(
  { training, preparation }: Model,
  text: string,
  where: string,
  header?: boolean,
): Row[] {
  const records = parseCsv(text, { where });
  const first = (records[0]?.cells ?? []).map((cell) => cell.trim());
  const sizes = training.modelInputs.map(({ shape }) => sizeOf(shape));
  const labels = training.modelInputs.flatMap(
    ({ field }) => own(preparation.classNames, field) ?? [],
  );
  const isName = (cell: string): boolean => Number.isNaN(Number(cell)) && !labels.includes(cell);
  const hasHeading = header ?? first.every(isName);
  const named = training.modelInputs.map(({ name }) => first.indexOf(name));
  const isNamed = hasHeading && sizes.every((size) => size === 1) && !named.includes(-1);
  const needed = sizes.reduce((total, size) => total + size, 0);
  return (hasHeading ? records.slice(1) : records).map(({ cells, line }) => {
    if (cells.length !== (isNamed ? first.length : needed))
      throw new UserError(
        `${where}, line ${line}: ${isNamed ? first.length : needed} columns are expected; found ${cells.length}.`,
      );
    let start = 0;
    return recordOf(
      training.modelInputs.map(({ name }, place) => [
        name,
        isNamed ? [cells[named[place]!]!] : cells.slice(start, (start += sizes[place]!)),
      ]),
    );
  });
}
