import type { RawColumn, RawData } from "./dataset.ts";
import { UserError } from "./errors.ts";
import { own } from "./own.ts";
import type { TableLayout } from "./table-layout.ts";

/** A table with the columns of each field in the order of an earlier one: both have headings, and a name is the same column in both. */
export function alignColumns(before: TableLayout | undefined, other: RawData): RawData {
  const now = other.layout;
  if (before?.header !== true || now?.header !== true) return other;
  const columns = new Map(other.columns);
  for (const [field, names] of Object.entries(before.fields)) {
    const found = own(now.fields, field) ?? [];
    const column = columns.get(field);
    // A field of one column may have been given another one by its source.
    if (column === undefined || names.length < 2) continue;
    const places = names.map((name) => found.indexOf(name));
    const missing = names.find((_, index) => places[index] === -1);
    if (missing !== undefined)
      throw new UserError(
        `${other.where} has no column ${JSON.stringify(missing)} for the field "${field}", which the table of the training has.`,
        [`It has: ${found.slice(0, 20).join(", ")}${found.length > 20 ? ", …" : ""}.`],
      );
    columns.set(field, reordered(column, places));
  }
  return { ...other, columns };
}

function reordered({ shape, values }: RawColumn, places: readonly number[]): RawColumn {
  const size = places.length;
  if (places.every((place, index) => place === index)) return { shape, values };
  const from = (index: number): number => index - (index % size) + (places[index % size] as number);
  return {
    shape,
    values: (values as Float64Array).map(
      (_, index) => (values as Float64Array)[from(index)] as number,
    ),
  };
}
