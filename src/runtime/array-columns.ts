import type { Field, RawColumn, RawData } from "./dataset.ts";
import { UserError } from "./errors.ts";
import type { NumberArray } from "./number-array.ts";
import { own } from "./own.ts";

/** Arrays whose first axis is the examples, as columns; all must have as many. */
export function columnsFromArrays(
  where: string,
  arrays: ReadonlyMap<string, NumberArray>,
): RawData {
  const columns = new Map<string, RawColumn>();
  let rows: number | undefined;
  for (const [name, array] of arrays) {
    const found = array.shape[0];
    if (found === undefined)
      throw new UserError(
        `${where}: the array of "${name}" is a single number; its first axis must be the examples.`,
      );
    rows ??= found;
    if (found !== rows) {
      const first = [...arrays.keys()][0];
      throw new UserError(
        `${where}: the fields disagree: "${first}" has ${rows} rows, "${name}" has ${found}.`,
      );
    }
    columns.set(name, { shape: array.shape.slice(1), values: array.values });
  }
  return { where, rows: rows ?? 0, columns };
}

/** The name that an argument gives to a field's file or array. */
export function fileOf(
  field: Field,
  fields: Readonly<Record<string, string>>,
  where: string,
): string {
  const path = own(fields, field.name);
  if (path !== undefined) return path;
  throw new UserError(`${where}: the field "${field.name}" has no file.`, [
    `Add \`${field.name}: "…"\` to the source.`,
  ]);
}
