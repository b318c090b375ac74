import { UserError } from "./errors.ts";

/** A tensor with its name, values row-major. */
export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** What a safetensors file holds. */
export interface TensorFile {
  readonly tensors: ReadonlyMap<string, NamedTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The published format allows headers of 100 MB; nothing written by people needs that. */
const MOST_HEADER = 16 * 2 ** 20;
const METADATA = "__metadata__";

/**
 * Writes the safetensors format (Hugging Face 2022): the length of the header as 64 bits little-endian, the header as
 * JSON (name → type, shape, first and last byte), padded with blanks to 8 bytes, then the numbers without gaps.
 */
export function encodeSafetensors(
  tensors: readonly NamedTensor[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header = new Map<string, unknown>([[METADATA, metadata]]);
  let end = 0;
  for (const { name, shape, values } of tensors) {
    if (header.has(name)) throw new RangeError(`Two tensors are called "${name}".`);
    if (sizeOf(shape) !== values.length)
      throw new RangeError(`"${name}" of shape [${shape.join(", ")}] has ${values.length} values.`);
    header.set(name, { dtype: "F32", shape, data_offsets: [end, end + values.byteLength] });
    end += values.byteLength;
  }
  // Object.fromEntries would sort names like "12" first; the order of the entries is kept this way.
  const json = `{${[...header].map(([name, entry]) => `${JSON.stringify(name)}:${JSON.stringify(entry)}`).join(",")}}`;
  const text = new TextEncoder().encode(json);
  const length = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(8 + length + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.fill(0x20, 8, 8 + length).set(text, 8);
  let position = 8 + length;
  for (const { values } of tensors) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), position);
    position += values.byteLength;
  }
  return bytes;
}

/**
 * Reads a safetensors file of F32 tensors. Everything is checked before anything is allocated: the header's length, names
 * given twice, shapes against sizes, tensors without gaps or overlaps from the first byte to the last.
 */
export function decodeSafetensors(bytes: Uint8Array, where: string): TensorFile {
  const { header, start } = readHeader(bytes, where);
  const entries = Object.entries(header)
    .filter(([name]) => name !== METADATA)
    .map(([name, entry]) => readEntry(name, entry, where));
  let end = 0;
  for (const entry of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (entry.begin !== end)
      throw damaged(
        where,
        `tensor ${JSON.stringify(entry.name)} should begin at byte ${end}, and does at ${entry.begin}`,
      );
    end = entry.end;
  }
  if (start + end !== bytes.length)
    throw damaged(
      where,
      `its tensors take ${end} bytes; ${bytes.length - start} follow the header`,
    );
  const tensors = new Map<string, NamedTensor>();
  for (const { name, shape, begin, end: last } of entries) {
    tensors.set(name, {
      name,
      shape,
      values: new Float32Array(bytes.slice(start + begin, start + last).buffer),
    });
  }
  return { tensors, metadata: readMetadata(header[METADATA], where) };
}

interface Entry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

const damaged = (where: string, reason: string): UserError =>
  new UserError(`${where} is no sound safetensors file: ${reason}.`);

const sizeOf = (shape: readonly number[]): number =>
  shape.reduce((product, size) => product * size, 1);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isSize = (value: unknown): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0;

function readHeader(
  bytes: Uint8Array,
  where: string,
): { readonly header: Record<string, unknown>; readonly start: number } {
  if (bytes.length < 8) throw damaged(where, "it is shorter than 8 bytes");
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (length > MOST_HEADER || Number(length) > bytes.length - 8)
    throw damaged(where, `a header of ${length} bytes is claimed`);
  const start = 8 + Number(length);
  const text = new TextDecoder().decode(bytes.subarray(8, start));
  const header = parse(text);
  if (!isRecord(header)) throw damaged(where, "its header is no JSON object");
  const twice = repeatedKey(text);
  if (twice !== undefined) throw damaged(where, `its header has ${twice} twice`);
  return { header, start };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** JSON.parse takes the last of equal keys silently. Walks over valid JSON and compares the keys of every object. */
function repeatedKey(text: string): string | undefined {
  const levels: (Set<string> | undefined)[] = [];
  for (const token of text.matchAll(/"(?:[^"\\]|\\.)*"(?=\s*(:)?)|[{}[\]]/g)) {
    const [mark, colon] = token;
    if (mark === "{") levels.push(new Set());
    else if (mark === "[") levels.push(undefined);
    else if (mark === "}" || mark === "]") levels.pop();
    else if (colon !== undefined) {
      const key = String(JSON.parse(mark));
      if (levels.at(-1)?.has(key)) return mark;
      levels.at(-1)?.add(key);
    }
  }
  return undefined;
}

function readEntry(name: string, entry: unknown, where: string): Entry {
  const shown = JSON.stringify(name);
  if (!isRecord(entry)) throw damaged(where, `the entry of ${shown} is no object`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (dtype !== "F32")
    throw new UserError(
      `${where}: tensor ${shown} is of type ${JSON.stringify(dtype)}; F32 can be read.`,
    );
  if (!Array.isArray(shape) || shape.length > 8 || !shape.every(isSize))
    throw damaged(where, `the shape of ${shown} cannot be read`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize))
    throw damaged(where, `the place of ${shown} cannot be read`);
  const [begin, end] = offsets as [number, number];
  const size = sizeOf(shape);
  if (!Number.isSafeInteger(size * 4) || end - begin !== size * 4)
    throw damaged(
      where,
      `${shown} of shape [${shape.join(", ")}] cannot take ${end - begin} bytes`,
    );
  return { name, shape, begin, end };
}

function readMetadata(value: unknown, where: string): Readonly<Record<string, string>> {
  if (value === undefined) return {};
  if (!isRecord(value) || !Object.values(value).every((text) => typeof text === "string"))
    throw damaged(where, "its metadata are no texts");
  return value as Record<string, string>;
}
