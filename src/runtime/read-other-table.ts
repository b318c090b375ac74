import type { Field, RawData } from "./dataset.ts";
import { noReader, plainName } from "./file-kinds.ts";
import { readCsv, type CsvSource } from "./read-csv.ts";

export function isTable(path: string): boolean {
  return /\.[ct]sv$/.test(plainName(path));
}

/** A table in the place of the data's own: its columns are found as in that one. */
export function readOtherTable(
  fields: readonly Field[],
  path: string,
  like: Omit<CsvSource, "path"> = {},
): Promise<RawData> {
  if (!isTable(path)) throw noReader(path, "tables (.csv, .tsv, gzipped or not)");
  const delimiter = plainName(path).endsWith(".tsv") ? { delimiter: "\t" } : {};
  return readCsv(fields, { ...delimiter, ...like, path });
}
