import type { Field, RawData } from "./dataset.ts";
import { noReader, plainName } from "./file-kinds.ts";
import { readCsv, type CsvSource } from "./read-csv.ts";
import type { TableLayout } from "./table-layout.ts";

/** What the spec says of its own table, kept where another one takes its place. */
export type TableOptions = Omit<CsvSource, "path" | "like" | "directory">;

export function isTable(path: string): boolean {
  return /\.[ct]sv$/.test(plainName(path));
}

/** A table in the place of the data's own: its columns are found as in that one, or as the training of a checkpoint had them. */
export function readOtherTable(
  fields: readonly Field[],
  path: string,
  declared: TableOptions = {},
  like?: TableLayout,
): Promise<RawData> {
  if (!isTable(path)) throw noReader(path, "tables (.csv, .tsv, gzipped or not)");
  const delimiter = plainName(path).endsWith(".tsv") ? { delimiter: "\t" } : {};
  return readCsv(fields, { ...declared, ...delimiter, path, ...(like && { like }) });
}
