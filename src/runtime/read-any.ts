import type { Field, RawData } from "./dataset.ts";
import { UserError } from "./errors.ts";
import { readCsv } from "./read-csv.ts";
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

/** Reads what `--data Name=path` names, by its ending: .csv, .tsv, either gzipped, or .npz. */
export async function readAny(
  fields: readonly Field[],
  path: string,
  like: BoundSource = {},
): Promise<RawData> {
  const name = path
    .toLowerCase()
    .replace(/[?#].*$/, "")
    .replace(/\.gz$/, "");
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
    "Files ending in .csv, .csv.gz, .tsv, .tsv.gz and .npz can be bound.",
  ]);
}
