import { UserError } from "./errors.ts";
import type { NumberArray, NumberValues } from "./number-array.ts";

/** Reads all numbers of `view`, one behind the other. */
type ReadNumbers = (view: DataView, count: number, little: boolean) => NumberValues;

/** Type code of NumPy → how to read its numbers, as exact as they are. */
const TYPES: ReadonlyMap<string, ReadNumbers> = new Map<string, ReadNumbers>([
  ["b1", short(1, (view, offset) => (view.getUint8(offset) === 0 ? 0 : 1))],
  ["u1", short(1, (view, offset) => view.getUint8(offset))],
  ["i1", short(1, (view, offset) => view.getInt8(offset))],
  ["u2", short(2, (view, offset, little) => view.getUint16(offset, little))],
  ["i2", short(2, (view, offset, little) => view.getInt16(offset, little))],
  ["u4", long(4, (view, offset, little) => view.getUint32(offset, little))],
  ["i4", long(4, (view, offset, little) => view.getInt32(offset, little))],
  [
    "u8",
    (view, count, little) =>
      fill(new BigUint64Array(count), (at) => view.getBigUint64(8 * at, little)),
  ],
  [
    "i8",
    (view, count, little) =>
      fill(new BigInt64Array(count), (at) => view.getBigInt64(8 * at, little)),
  ],
  ["f4", short(4, (view, offset, little) => view.getFloat32(offset, little))],
  ["f8", long(8, (view, offset, little) => view.getFloat64(offset, little))],
]);

type ReadNumber = (view: DataView, offset: number, little: boolean) => number;

/** Numbers of so many bytes that 32-bit floats hold exactly. */
function short(bytes: number, read: ReadNumber): ReadNumbers {
  return (view, count, little) =>
    fill(new Float32Array(count), (at) => read(view, bytes * at, little));
}

/** The same of 64-bit floats. */
function long(bytes: number, read: ReadNumber): ReadNumbers {
  return (view, count, little) =>
    fill(new Float64Array(count), (at) => read(view, bytes * at, little));
}

function fill<Values extends { readonly length: number; [index: number]: number | bigint }>(
  values: Values,
  read: (index: number) => Values[number],
): Values {
  for (let index = 0; index < values.length; index++) values[index] = read(index);
  return values;
}

export interface NpyHeader {
  readonly code: string;
  readonly little: boolean;
  readonly fortran: boolean;
  readonly shape: readonly number[];
  /** Where the numbers begin. */
  readonly start: number;
}

/** Reads an array in NumPy's format (versions 1 to 3; integers, floats, booleans; C or Fortran order; either endianness). */
export function parseNpy(bytes: Uint8Array, where: string): NumberArray {
  const header = readNpyHeader(bytes, where);
  const read = TYPES.get(header.code);
  if (read === undefined)
    throw new UserError(
      `${where} holds numbers of type ${JSON.stringify(header.code)}; ${[...TYPES.keys()].join(", ")} can be read.`,
    );
  const size = Number(header.code.slice(1));
  const count = header.shape.reduce((product, length) => product * length, 1);
  if (!Number.isSafeInteger(count) || count * size !== bytes.length - header.start) {
    throw new UserError(
      `${where} is damaged: [${header.shape.join(", ")}] of ${header.code} needs ${count * size} bytes; it has ${bytes.length - header.start}.`,
    );
  }
  const values = isNative(header)
    ? new Float32Array(new Uint8Array(bytes.subarray(header.start)).buffer)
    : read(viewFrom(bytes, header.start), count, header.little);
  return {
    shape: header.shape,
    values: header.fortran ? fromFortranOrder(values, header.shape) : values,
  };
}

/** Whether the bytes are those of a `Float32Array` of this machine. */
function isNative({ code, little }: NpyHeader): boolean {
  return code === "f4" && little === (new Uint8Array(Uint16Array.of(1).buffer)[0] === 1);
}

const viewFrom = (bytes: Uint8Array, start: number): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset + start, bytes.byteLength - start);

/** What the array is, from the beginning of the file alone. */
export function readNpyHeader(bytes: Uint8Array, where: string): NpyHeader {
  const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
  if (!magic.every((byte, index) => bytes[index] === byte))
    throw new UserError(`${where} is no .npy file: it does not begin with \\x93NUMPY.`);
  const version = bytes[6] ?? 0;
  const start = version === 1 ? 10 : 12;
  if (version < 1 || version > 3 || bytes.length < start)
    throw new UserError(`${where} has version ${version} of the .npy format; 1 to 3 can be read.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > MOST_HEADER || start + length > bytes.length)
    throw new UserError(`${where} is damaged: its header of ${length} bytes does not fit.`);
  return {
    ...readDescription(new TextDecoder().decode(bytes.subarray(start, start + length)), where),
    start: start + length,
  };
}

const MOST_HEADER = 65_536;

/** `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`: a Python literal of this form and no other. */
function readDescription(text: string, where: string): Omit<NpyHeader, "start"> {
  const type = /'descr': *'([<>=|]?)([a-zA-Z]\d*)'/.exec(text);
  const order = /'fortran_order': *(True|False)/.exec(text);
  const shape = /'shape': *\(([\d, ]*)\)/.exec(text);
  if (type === null || order === null || shape === null) {
    throw new UserError(
      `${where} has a header that cannot be read: ${JSON.stringify(text.trim().slice(0, 120))}.`,
      ["Arrays of plain numbers can be read, not of records or objects."],
    );
  }
  const sizes = (shape[1] ?? "")
    .split(",")
    .map((size) => size.trim())
    .filter((size) => size !== "")
    .map(Number);
  if (sizes.length > 8 || !sizes.every(Number.isSafeInteger))
    throw new UserError(`${where} has a shape that cannot be read: (${shape[1] ?? ""}).`);
  return {
    code: type[2] ?? "",
    little: type[1] !== ">",
    fortran: order[1] === "True",
    shape: sizes,
  };
}

/** Fortran order runs through the first axis fastest. */
function fromFortranOrder(values: NumberValues, shape: readonly number[]): NumberValues {
  const result = values.slice();
  const index = shape.map(() => 0);
  const strides = shape.map((_, axis) =>
    shape.slice(0, axis).reduce((product, size) => product * size, 1),
  );
  let source = 0;
  for (let target = 0; target < values.length; target++) {
    result[target] = values[source] as never;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const stride = strides[axis] as number;
      index[axis] = (index[axis] as number) + 1;
      source += stride;
      if ((index[axis] as number) < (shape[axis] as number)) break;
      source -= stride * (shape[axis] as number);
      index[axis] = 0;
    }
  }
  return result;
}
