import { UserError } from "./errors.ts";
import type { NumberArray } from "./number-array.ts";

type ReadNumber = (view: DataView, offset: number) => number;

/** Type byte of the header → bytes of a number and how to read one; all are big-endian. */
const TYPES: ReadonlyMap<number, readonly [size: number, read: ReadNumber]> = new Map<
  number,
  readonly [number, ReadNumber]
>([
  [0x08, [1, (view, offset) => view.getUint8(offset)]],
  [0x09, [1, (view, offset) => view.getInt8(offset)]],
  [0x0b, [2, (view, offset) => view.getInt16(offset)]],
  [0x0c, [4, (view, offset) => view.getInt32(offset)]],
  [0x0d, [4, (view, offset) => view.getFloat32(offset)]],
  [0x0e, [8, (view, offset) => view.getFloat64(offset)]],
]);

/** What a file holds, from its beginning alone; the numbers follow from `start` on. */
interface IdxHeader {
  readonly shape: readonly number[];
  /** Bytes of a number. */
  readonly size: number;
  readonly read: ReadNumber;
  readonly start: number;
}

/** The header of the IDX format: two zero bytes, type, rank, the sizes. */
export function readIdxHeader(bytes: Uint8Array, where: string): IdxHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const type = TYPES.get(bytes[2] ?? 0);
  const rank = bytes[3] ?? 0;
  if (bytes[0] !== 0 || bytes[1] !== 0 || type === undefined)
    throw new UserError(`${where} is no IDX file: its first bytes are not 0, 0 and a type.`);
  const start = 4 + 4 * rank;
  if (rank < 1 || rank > 8 || bytes.length < start)
    throw new UserError(`${where} is damaged: an IDX header of ${rank} sizes does not fit.`);
  const [size, read] = type;
  return {
    shape: Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis)),
    size,
    read,
    start,
  };
}

/** Reads the IDX format of the MNIST database: the header, then the numbers. */
export function parseIdx(bytes: Uint8Array, where: string): NumberArray {
  const { shape, size, read, start } = readIdxHeader(bytes, where);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = shape.reduce((product, length) => product * length, 1);
  if (count * size !== bytes.length - start) {
    throw new UserError(
      `${where} is damaged: ${shape.join(" × ")} numbers need ${count * size} bytes; it has ${bytes.length - start}.`,
    );
  }
  // Numbers of two bytes fit into a 32-bit float, those of four bytes that are integers do not.
  const values = size <= 2 ? new Float32Array(count) : new Float64Array(count);
  for (let index = 0; index < count; index++) values[index] = read(view, start + index * size);
  return { shape, values };
}
