import type { Field, RawData } from "./dataset.ts";
import { fieldFiles } from "./field-files.ts";
import { noReader, plainName } from "./file-kinds.ts";
import { readIdx } from "./read-idx.ts";

export function isIdx(path: string): boolean {
  return /\.idx$|[.-]idx\d-ubyte$|-ubyte$/.test(plainName(path));
}

/** Other files of one array each, behind the fields that they are for: `image:a,label:b`. */
export function readOtherIdx(fields: readonly Field[], path: string): Promise<RawData> {
  const files = fieldFiles(fields, path);
  const other = Object.values(files).find((file) => !isIdx(file));
  if (other !== undefined) throw noReader(other, "IDX files");
  return readIdx(fields, { fields: files });
}
