import { columnsFromArrays, fileOf } from "./array-columns.ts";
import type { Field, RawData } from "./dataset.ts";
import { readBytes, resolvePath } from "./files.ts";
import { parseNpy } from "./npy.ts";
import type { NumberArray } from "./number-array.ts";

/** One .npy file for each field. */
export interface NpySource {
  readonly fields: Readonly<Record<string, string>>;
  readonly directory?: string;
}

/** Reads NumPy arrays whose first axis is the examples. */
export async function readNpy(fields: readonly Field[], source: NpySource): Promise<RawData> {
  const arrays = new Map<string, NumberArray>();
  for (const field of fields) {
    const path = resolvePath(source.directory, fileOf(field, source.fields, "npy"));
    arrays.set(field.name, parseNpy(await readBytes(path), path));
  }
  return columnsFromArrays(Object.values(source.fields).join(", "), arrays);
}
