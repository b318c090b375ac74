import type { Field, RawData } from "./dataset.ts";
import { UserError } from "./errors.ts";
import { readCsv } from "./read-csv.ts";
import { readIdx } from "./read-idx.ts";
import { readNpy } from "./read-npy.ts";
import { readNpz } from "./read-npz.ts";

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
 * behind the field that it is for: `--data Name=image:a.npy,label:b.npy`.
 */
export async function readAny(
  fields: readonly Field[],
  path: string,
  like: BoundSource = {},
): Promise<RawData> {
  const files = fieldFiles(fields, path);
  if (files !== undefined) return readArrays(fields, files, path);
  const name = plainName(path);
  if (name.endsWith(".csv")) return readCsv(fields, { ...like, path });
  if (name.endsWith(".tsv")) return readCsv(fields, { delimiter: "\t", ...like, path });
  if (name.endsWith(".npz")) {
    const { fields: arrays, group } = like;
    return readNpz(fields, {
      path,
      ...(arrays === undefined ? {} : { fields: arrays }),
      ...(group === undefined ? {} : { group }),
    });
  }
  throw new UserError(`${path} cannot be read: it is not told by its name what it is.`, [
    "Files ending in .csv, .csv.gz, .tsv, .tsv.gz and .npz can be bound, and by field .npy and IDX: field:path,field:path.",
  ]);
}

function plainName(path: string): string {
  return path
    .toLowerCase()
    .replace(/[?#].*$/, "")
    .replace(/\.gz$/, "");
}

function isNpy(path: string): boolean {
  return plainName(path).endsWith(".npy");
}

function isIdx(path: string): boolean {
  return /\.idx$|[.-]idx\d-ubyte$|-ubyte$/.test(plainName(path));
}

/** `image:a.npy,label:b.npy` by field; a file of one array alone is that of the only field. Undefined for other files. */
function fieldFiles(
  fields: readonly Field[],
  path: string,
): Readonly<Record<string, string>> | undefined {
  const starts = fields.flatMap((field) => {
    const at = path.startsWith(`${field.name}:`) ? 0 : path.indexOf(`,${field.name}:`);
    return at < 0 ? [] : [{ name: field.name, at: at === 0 ? 0 : at + 1 }];
  });
  if (!starts.some(({ at }) => at === 0)) {
    if (!isNpy(path) && !isIdx(path)) return undefined;
    const [only, ...others] = fields;
    if (only !== undefined && others.length === 0) return { [only.name]: path };
    throw new UserError(`${path} holds one array, and there are several fields.`, [
      `Give a file for each: ${fields.map(({ name }) => `${name}:path`).join(",")}`,
    ]);
  }
  const sorted = starts.sort((a, b) => a.at - b.at);
  const parts = sorted.map(({ name, at }, index) => {
    const next = sorted[index + 1]?.at;
    return [
      name,
      path.slice(at + name.length + 1, next === undefined ? undefined : next - 1),
    ] as const;
  });
  return Object.fromEntries(parts);
}

async function readArrays(
  fields: readonly Field[],
  files: Readonly<Record<string, string>>,
  where: string,
): Promise<RawData> {
  const missing = fields.find(({ name }) => !Object.hasOwn(files, name));
  if (missing !== undefined)
    throw new UserError(`${where} names no file for the field ${missing.name}.`);
  const paths = Object.values(files);
  if (paths.every(isNpy)) return readNpy(fields, { fields: files });
  if (paths.every(isIdx)) return readIdx(fields, { fields: files });
  throw new UserError(`${where} names files that are not all .npy, or not all IDX.`);
}
