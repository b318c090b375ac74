import { inflateRaw } from "./compression.ts";
import { UserError } from "./errors.ts";

/** A file of an archive, as the directory at the archive's end lists it. */
export interface ZipEntry {
  readonly name: string;
  readonly method: number;
  readonly checksum: number;
  readonly packed: number;
  readonly size: number;
  /** Where its local header begins. */
  readonly offset: number;
}

const MOST_BYTES = 2 ** 30;

/**
 * The files of a ZIP archive (stored or deflated, as `numpy.savez` writes them), each unpacked when asked for. Sizes are
 * checked against the archive before anything is allocated, contents against their checksums; 1 GiB in all.
 */
export function readZip(bytes: Uint8Array, where: string): Map<string, () => Promise<Uint8Array>> {
  const entries = readZipDirectory(bytes, where);
  const total = entries.reduce((sum, entry) => sum + entry.size, 0);
  if (total > MOST_BYTES)
    throw new UserError(
      `${where} is refused: it unpacks to ${total} bytes; ${MOST_BYTES} are allowed.`,
    );
  const files = new Map<string, () => Promise<Uint8Array>>();
  for (const entry of entries) {
    if (files.has(entry.name))
      throw new UserError(
        `${where} is refused: it has two files of the name ${JSON.stringify(entry.name)}.`,
      );
    files.set(entry.name, () => readEntry(bytes, entry, `${where}, ${entry.name}`));
  }
  return files;
}

/** The files that the directory at the end lists; nothing else of the archive is read. */
export function readZipDirectory(bytes: Uint8Array, where: string): ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view);
  if (end === undefined)
    throw new UserError(`${where} is no ZIP archive: the directory at its end is missing.`);
  const count = view.getUint16(end + 10, true);
  let position = view.getUint32(end + 16, true);
  if (count === 0xffff || position === 0xffffffff)
    throw new UserError(`${where} is a ZIP archive of more than 4 GiB, which cannot be read.`);
  const entries: ZipEntry[] = [];
  for (let index = 0; index < count; index++) {
    if (position + 46 > end || view.getUint32(position, true) !== 0x02014b50)
      throw new UserError(
        `${where} is damaged: its directory breaks off after ${index} of ${count} files.`,
      );
    const next =
      position +
      46 +
      view.getUint16(position + 28, true) +
      view.getUint16(position + 30, true) +
      view.getUint16(position + 32, true);
    if (next > end)
      throw new UserError(
        `${where} is damaged: its directory breaks off after ${index} of ${count} files.`,
      );
    entries.push(readDirectoryEntry(bytes, view, position, where));
    position = next;
  }
  return entries;
}

/** The last record "end of central directory", which a comment of at most 65,535 bytes may follow. */
function findEnd(view: DataView): number | undefined {
  for (
    let position = view.byteLength - 22;
    position >= Math.max(0, view.byteLength - 22 - 65_535);
    position--
  ) {
    if (view.getUint32(position, true) === 0x06054b50) return position;
  }
  return undefined;
}

function readDirectoryEntry(
  bytes: Uint8Array,
  view: DataView,
  position: number,
  where: string,
): ZipEntry {
  const name = new TextDecoder().decode(
    bytes.subarray(position + 46, position + 46 + view.getUint16(position + 28, true)),
  );
  if ((view.getUint16(position + 8, true) & 1) === 1)
    throw new UserError(`${where}, ${name}: encrypted files cannot be read.`);
  return {
    name,
    method: view.getUint16(position + 10, true),
    checksum: view.getUint32(position + 16, true),
    packed: view.getUint32(position + 20, true),
    size: view.getUint32(position + 24, true),
    offset: view.getUint32(position + 42, true),
  };
}

async function readEntry(bytes: Uint8Array, entry: ZipEntry, where: string): Promise<Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (entry.offset + 30 > bytes.length || view.getUint32(entry.offset, true) !== 0x04034b50)
    throw new UserError(`${where} is damaged: its header is missing.`);
  const start =
    entry.offset +
    30 +
    view.getUint16(entry.offset + 26, true) +
    view.getUint16(entry.offset + 28, true);
  if (start + entry.packed > bytes.length)
    throw new UserError(`${where} is damaged: it reaches past the end of the archive.`);
  const content = await unpackEntry(bytes.subarray(start, start + entry.packed), entry, where);
  if (checksum(content) !== entry.checksum)
    throw new UserError(`${where} is damaged: its checksum is wrong.`);
  return content;
}

async function unpackEntry(
  packed: Uint8Array,
  entry: ZipEntry,
  where: string,
): Promise<Uint8Array> {
  if (entry.method === 8) return inflateRaw(packed, where, entry.size);
  if (entry.method !== 0)
    throw new UserError(
      `${where} is packed by method ${entry.method}; stored and deflated files can be read.`,
    );
  if (entry.packed !== entry.size)
    throw new UserError(
      `${where} is damaged: a stored file must have one size, not ${entry.packed} and ${entry.size}.`,
    );
  return packed;
}

/** CRC-32 of ISO 3309, eight bytes at a time by a table for the byte in each place (Kounavis and Berry 2005). */
function checksum(bytes: Uint8Array): number {
  const table = checksumTables();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const whole = bytes.length - (bytes.length % 8);
  let value = -1;
  for (let place = 0; place < whole; place += 8) {
    const low = value ^ view.getInt32(place, true);
    const high = view.getInt32(place + 4, true);
    value =
      table[1792 + (low & 255)]! ^
      table[1536 + ((low >>> 8) & 255)]! ^
      table[1280 + ((low >>> 16) & 255)]! ^
      table[1024 + (low >>> 24)]! ^
      table[768 + (high & 255)]! ^
      table[512 + ((high >>> 8) & 255)]! ^
      table[256 + ((high >>> 16) & 255)]! ^
      table[high >>> 24]!;
  }
  for (let place = whole; place < bytes.length; place++)
    value = (value >>> 8) ^ table[(value ^ bytes[place]!) & 255]!;
  return ~value >>> 0;
}

/** Table t, at 256·t: what a byte does to the sum after t more bytes. */
function checksumTables(): Int32Array {
  const table = new Int32Array(8 * 256);
  for (let index = 0; index < table.length; index++) {
    let value = index < 256 ? index : table[index - 256]!;
    if (index < 256)
      for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
    else value = (value >>> 8) ^ table[value & 255]!;
    table[index] = value;
  }
  return table;
}
