import { columnsFromArrays, fileOf } from "./array-columns.ts";
import { maybeGunzip } from "./compression.ts";
import type { Field, RawData } from "./dataset.ts";
import { readBytes, resolvePath } from "./files.ts";
import { parseIdx } from "./idx.ts";
import type { NumberArray } from "./number-array.ts";

/** One IDX file for each field, gzipped or not. */
export interface IdxSource {
  readonly fields: Readonly<Record<string, string>>;
  readonly directory?: string;
}

/** Reads the files of MNIST and its kin; bytes stay 0 … 255. */
export async function readIdx(fields: readonly Field[], source: IdxSource): Promise<RawData> {
  const arrays = new Map<string, NumberArray>();
  for (const field of fields) {
    const path = resolvePath(source.directory, fileOf(field, source.fields, "idx"));
    arrays.set(field.name, parseIdx(await maybeGunzip(await readBytes(path), path), path));
  }
  return columnsFromArrays(Object.values(source.fields).join(", "), arrays);
}
