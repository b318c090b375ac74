import type { Field, RawData } from "./dataset.ts";
import { UserError } from "./errors.ts";
import { fieldFiles, namedFiles } from "./field-files.ts";
import { isIdx, readOtherIdx } from "./read-other-idx.ts";
import { isNpy, readOtherNpy } from "./read-other-npy.ts";
import { isNpz, readOtherNpz } from "./read-other-npz.ts";
import { isTable, readOtherTable, type TableOptions } from "./read-other-table.ts";
import type { TableLayout } from "./table-layout.ts";

/**
 * Reads what `--data Name=path` names, by its ending: .csv, .tsv, either gzipped, or .npz; and files of one array, .npy and IDX, each
 * behind the field that it is for: `--data Name=image:a.npy,label:b.npy`. A program that was made for one kind has its reader alone.
 */
export async function readAny(
  fields: readonly Field[],
  path: string,
  declared: TableOptions = {},
  like?: TableLayout,
): Promise<RawData> {
  if (namedFiles(fields, path) !== undefined || isNpy(path) || isIdx(path)) {
    const files = Object.values(fieldFiles(fields, path));
    if (files.every(isNpy)) return readOtherNpy(fields, path);
    if (files.every(isIdx)) return readOtherIdx(fields, path);
    throw new UserError(`${path} names files that are not all .npy, or not all IDX.`);
  }
  if (isTable(path)) return readOtherTable(fields, path, declared, like);
  if (isNpz(path)) {
    const { fields: arrays, group } = declared;
    return readOtherNpz(fields, path, {
      ...(arrays === undefined ? {} : { fields: arrays }),
      ...(group === undefined ? {} : { group }),
    });
  }
  throw new UserError(`${path} cannot be read: it is not told by its name what it is.`, [
    "Files ending in .csv, .csv.gz, .tsv, .tsv.gz and .npz can be bound, and by field .npy and IDX: field:path,field:path.",
  ]);
}
