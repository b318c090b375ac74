import type { Field, RawData } from "./dataset.ts";
import { UserError } from "./errors.ts";
import { fieldFiles, namedFiles } from "./field-files.ts";
import { isIdx, readOtherIdx } from "./read-other-idx.ts";
import { isNpy, readOtherNpy } from "./read-other-npy.ts";
import { isNpz, readOtherNpz } from "./read-other-npz.ts";
import { isTable, readOtherTable } from "./read-other-table.ts";

/** What the spec's own source says of columns, kept where another file takes its place. */
export interface BoundSource {
  readonly target?: string;
  readonly ignore?: readonly string[];
  readonly header?: boolean;
  readonly skip?: number;
  readonly delimiter?: string;
  readonly fields?: Readonly<Record<string, string>>;
  readonly group?: string;
}

/**
 * Reads what `--data Name=path` names, by its ending: .csv, .tsv, either gzipped, or .npz; and files of one array, .npy and IDX, each
 * behind the field that it is for: `--data Name=image:a.npy,label:b.npy`. A program that was made for one kind has its reader alone.
 */
export async function readAny(
  fields: readonly Field[],
  path: string,
  like: BoundSource = {},
): Promise<RawData> {
  if (namedFiles(fields, path) !== undefined || isNpy(path) || isIdx(path)) {
    const files = Object.values(fieldFiles(fields, path));
    if (files.every(isNpy)) return readOtherNpy(fields, path);
    if (files.every(isIdx)) return readOtherIdx(fields, path);
    throw new UserError(`${path} names files that are not all .npy, or not all IDX.`);
  }
  if (isTable(path)) return readOtherTable(fields, path, like);
  if (isNpz(path)) {
    const { fields: arrays, group } = like;
    return readOtherNpz(fields, path, {
      ...(arrays === undefined ? {} : { fields: arrays }),
      ...(group === undefined ? {} : { group }),
    });
  }
  throw new UserError(`${path} cannot be read: it is not told by its name what it is.`, [
    "Files ending in .csv, .csv.gz, .tsv, .tsv.gz and .npz can be bound, and by field .npy and IDX: field:path,field:path.",
  ]);
}
