import { columnsFromArrays } from "./array-columns.ts";
import type { Field, RawData } from "./dataset.ts";
import { UserError } from "./errors.ts";
import { readBytes, resolvePath } from "./files.ts";
import { parseNpy } from "./npy.ts";
import type { NumberArray } from "./number-array.ts";
import { own } from "./own.ts";
import { nearest } from "./suggest.ts";
import { readZip } from "./zip.ts";

/** A file of `numpy.savez`; a field takes the array of its name unless `fields` says another. */
export interface NpzSource {
  readonly path: string;
  readonly fields?: Readonly<Record<string, string>>;
  /** The array whose equal rows a split keeps together. */
  readonly group?: string;
  readonly directory?: string;
}

/** Reads several NumPy arrays from one file; the first axis of each is the examples. */
export async function readNpz(fields: readonly Field[], source: NpzSource): Promise<RawData> {
  const path = resolvePath(source.directory, source.path);
  const files = readZip(await readBytes(path), path);
  const arrays = new Map<string, NumberArray>();
  for (const field of fields)
    arrays.set(
      field.name,
      await readArray(files, own(source.fields, field.name) ?? field.name, path),
    );
  const data = columnsFromArrays(path, arrays);
  if (source.group === undefined) return data;
  const groups = await readArray(files, source.group, path);
  return { ...data, groups: Array.from(groups.values, String) };
}

async function readArray(
  files: ReadonlyMap<string, () => Promise<Uint8Array>>,
  name: string,
  where: string,
): Promise<NumberArray> {
  const open = files.get(`${name}.npy`);
  if (open !== undefined) return parseNpy(await open(), `${where}, ${name}`);
  const names = [...files.keys()].map((file) => file.replace(/\.npy$/, ""));
  const near = nearest(name, names);
  throw new UserError(`${where} has no array ${JSON.stringify(name)}.`, [
    near === undefined ? `It has: ${names.join(", ")}.` : `Did you mean ${JSON.stringify(near)}?`,
  ]);
}
