import { UserError } from "./errors.ts";

/** A day, or a moment of it: what is compared by the calendar. */
const date = /^\d{4}-\d\d(-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?)?$/;

/** Row numbers by what a column says, rows of which it says the same in the order of the file. */
export function rowsInOrder(values: readonly string[], where: string): Uint32Array {
  const moments = Float64Array.from(values, (value, row) => {
    const text = value.trim();
    const moment = date.test(text) ? Date.parse(text) : text === "" ? Number.NaN : Number(text);
    if (Number.isFinite(moment)) return moment;
    throw new UserError(
      `${where}, row ${row + 1}: the column that puts rows in order takes numbers or dates such as 2024-05-31; found ${JSON.stringify(value)}.`,
    );
  });
  return Uint32Array.from(moments, (_, row) => row).sort(
    (a, b) => moments[a]! - moments[b]! || a - b,
  );
}
