import type { UnscaledColumn, UnscaledDataset } from "./dataset.ts";
import { writeText } from "./files.ts";
import { own, recordOf } from "./own.ts";

/** A row as a file of rows writes it: numbers in the scale in which they were read, labels by their names. */
export type ExampleRow = Readonly<Record<string, readonly (number | string)[]>>;

const mostRows = 5;

/** So that rows of large pictures make no large file; one row is kept whatever its size. */
const mostNumbers = 20_000;

/** The first of some rows of a dataset, to be predicted; taken before the values are brought to scale. */
export function exampleRows({
  dataset,
  rows,
}: {
  readonly dataset: UnscaledDataset;
  readonly rows: Uint32Array;
}): readonly ExampleRow[] {
  const columns = [...dataset.columns];
  const numbers = columns.reduce((sum, [, { size }]) => sum + size, 0);
  const count = Math.max(1, Math.min(mostRows, Math.floor(mostNumbers / numbers)));
  return [...rows.subarray(0, count)].map((row) =>
    recordOf(columns.map(([name, column]) => [name, valuesOf(column, row)] as const)),
  );
}

function valuesOf(
  { size, values, classNames }: UnscaledColumn,
  row: number,
): readonly (number | string)[] {
  const numbers = [...values.subarray(row * size, (row + 1) * size)];
  const isShort = values instanceof Float32Array;
  return numbers.map((number) => classNames?.[number] ?? (isShort ? shortest(number) : number));
}

/** The shortest decimal that is this number in 32 bits: 0.1 rather than 0.10000000149011612. */
function shortest(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}

/** Writes rows by the names of a model's inputs, a row a line; `inputs` says which field each input reads. */
export async function saveRows(
  path: string,
  rows: readonly ExampleRow[],
  inputs: Readonly<Record<string, string>>,
): Promise<void> {
  const written = rows.map((row) =>
    JSON.stringify(
      Object.fromEntries(
        Object.entries(inputs).map(([input, field]) => [input, own(row, field) ?? []]),
      ),
    ),
  );
  await writeText(path, `[\n${written.join(",\n")}\n]\n`);
}

/** Writes the characters of the first row, for a model that goes on with a text. */
export async function saveStart(
  path: string,
  rows: readonly ExampleRow[],
  field: string,
): Promise<void> {
  await writeText(path, (own(rows[0], field) ?? []).join(""));
}
