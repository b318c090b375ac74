import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { constants, gunzipSync, inflateRawSync } from "node:zlib";
import { readIdxHeader } from "../../runtime/idx.ts";
import { readNpyHeader } from "../../runtime/npy.ts";
import { readZipDirectory, type ZipEntry } from "../../runtime/zip.ts";

/** As much of a file as is looked at. */
const mostBytes = 65_536 + 4096;
const mostArchive = 2 ** 31;

/** What the beginning of a file says: arrays with their shapes, or the first lines of a table. */
export type Header =
  | { readonly kind: "arrays"; readonly arrays: ReadonlyMap<string, ArrayHeader> }
  | { readonly kind: "array"; readonly array: ArrayHeader }
  | {
      readonly kind: "table";
      readonly text: string;
      readonly delimiter: string;
      readonly whole: boolean;
    };

export interface ArrayHeader {
  readonly shape: readonly number[];
  /** NumPy's code, `f4`; none for IDX. */
  readonly type?: string;
}

/** Reads the header of a file by the kind that its name tells; undefined when it tells none. Throws on damage, as the readers of trainers do. */
export function readHeader(path: string): Header | undefined {
  const name = path.toLowerCase().replace(/\.gz$/, "");
  if (name.endsWith(".npz"))
    return withFile(path, (file, size) => ({
      kind: "arrays",
      arrays: npzArrays(file, size, path),
    }));
  if (name.endsWith(".npy")) return { kind: "array", array: npyArray(beginning(path).bytes, path) };
  if (/\.idx$|[.-]idx\d-ubyte$|-ubyte$/.test(name))
    return { kind: "array", array: { shape: readIdxHeader(beginning(path).bytes, path).shape } };
  if (!/\.[ct]sv$/.test(name)) return undefined;
  const { bytes, whole } = beginning(path);
  return {
    kind: "table",
    text: new TextDecoder().decode(bytes, { stream: true }),
    delimiter: name.endsWith(".tsv") ? "\t" : ",",
    whole,
  };
}

function npyArray(bytes: Uint8Array, where: string): ArrayHeader {
  const { shape, code } = readNpyHeader(bytes, where);
  return { shape, type: code };
}

function withFile<Result>(path: string, use: (file: number, size: number) => Result): Result {
  const file = openSync(path, "r");
  try {
    return use(file, fstatSync(file).size);
  } finally {
    closeSync(file);
  }
}

/** The first bytes of a file, unpacked where it is gzipped. */
export function beginning(path: string): { readonly bytes: Uint8Array; readonly whole: boolean } {
  return withFile(path, (file, size) => {
    const bytes = new Uint8Array(Math.min(size, mostBytes));
    const read = bytes.subarray(0, readSync(file, bytes, 0, bytes.length, 0));
    if (read[0] !== 0x1f || read[1] !== 0x8b) return { bytes: read, whole: size <= mostBytes };
    const unpacked = unpack(
      () =>
        gunzipSync(read, {
          finishFlush: constants.Z_SYNC_FLUSH,
          maxOutputLength: 1100 * mostBytes,
        }),
      path,
    );
    return { bytes: unpacked, whole: size <= mostBytes };
  });
}

function unpack(inflate: () => Uint8Array, where: string): Uint8Array {
  try {
    return inflate();
  } catch {
    throw new Error(`${where} is damaged: it cannot be unpacked.`);
  }
}

/** The arrays of an archive: the directory at its end is read, and of each file the beginning. */
function npzArrays(file: number, size: number, where: string): ReadonlyMap<string, ArrayHeader> {
  if (size > mostArchive) throw new Error(`${where} is larger than 2 GiB, which cannot be read.`);
  // Only what is read below is ever touched: the rest stays unwritten zeros, which take no memory.
  const bytes = new Uint8Array(size);
  const fill = (from: number, length: number): void =>
    void readSync(file, bytes, from, Math.max(0, Math.min(length, size - from)), from);
  fill(Math.max(0, size - mostBytes), mostBytes);
  const entries = readZipDirectory(bytes, where).filter(({ name }) => name.endsWith(".npy"));
  return new Map(
    entries.map((entry) => {
      fill(entry.offset, mostBytes);
      return [
        entry.name.replace(/\.npy$/, ""),
        npyArray(contentOf(bytes, entry, where), `${where}, ${entry.name}`),
      ];
    }),
  );
}

/** The beginning of a file of the archive. */
function contentOf(
  bytes: Uint8Array,
  { offset, packed, method, name }: ZipEntry,
  where: string,
): Uint8Array {
  const view = new DataView(bytes.buffer);
  if (offset + 30 > bytes.length)
    throw new Error(`${where}, ${name} is damaged: its header is missing.`);
  const start = offset + 30 + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
  const content = bytes.subarray(start, Math.min(start + packed, offset + mostBytes));
  if (method === 0) return content;
  return unpack(
    () =>
      inflateRawSync(content, {
        finishFlush: constants.Z_SYNC_FLUSH,
        maxOutputLength: 1100 * mostBytes,
      }),
    `${where}, ${name}`,
  );
}
