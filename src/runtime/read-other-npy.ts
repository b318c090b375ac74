import type { Field, RawData } from "./dataset.ts";
import { fieldFiles } from "./field-files.ts";
import { noReader, plainName } from "./file-kinds.ts";
import { readNpy } from "./read-npy.ts";

export function isNpy(path: string): boolean {
  return plainName(path).endsWith(".npy");
}

/** Other files of one array each, behind the fields that they are for: `image:a,label:b`. */
export function readOtherNpy(fields: readonly Field[], path: string): Promise<RawData> {
  const files = fieldFiles(fields, path);
  const other = Object.values(files).find((file) => !isNpy(file));
  if (other !== undefined) throw noReader(other, ".npy files");
  return readNpy(fields, { fields: files });
}
