import type { Field, RawData } from "./dataset.ts";
import { noReader, plainName } from "./file-kinds.ts";
import { readNpz, type NpzSource } from "./read-npz.ts";

export function isNpz(path: string): boolean {
  return plainName(path).endsWith(".npz");
}

/** A file of arrays in the place of the data's own: its arrays are found as in that one. */
export function readOtherNpz(
  fields: readonly Field[],
  path: string,
  like: Omit<NpzSource, "path"> = {},
): Promise<RawData> {
  if (!isNpz(path)) throw noReader(path, "files of `numpy.savez` (.npz)");
  return readNpz(fields, { ...like, path });
}
