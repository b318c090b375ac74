import { instructions, type Instruction } from "./instructions.ts";

export type ValueType = "i32" | "f32" | "v128";

/** A function: parameters, no result, locals and code. Its index is its place in the module. */
export interface WasmFunction {
  readonly name: string;
  readonly parameters: readonly ValueType[];
  /** Locals after the parameters. */
  readonly locals: readonly ValueType[];
  readonly body: readonly Instruction[];
  readonly exported: boolean;
  readonly comment: string;
}

/** A module over one imported memory `env.memory` of at least `pages` pages of 64 KiB. */
export interface WasmModule {
  readonly functions: readonly WasmFunction[];
  readonly pages: number;
  /**
   * Made for threads: the memory has a limit, so that the one byte `memoryFlagOf` makes it a shared one, and each thread brings the
   * address of its own scratch as the global `env.scratch`.
   */
  readonly threaded: boolean;
}

/** Pages that a memory can have at most. */
const mostPages = 65_536;

const valueTypes = { i32: 0x7f, f32: 0x7d, v128: 0x7b } satisfies Record<ValueType, number>;

/** LEB128 of a whole number from 0 to 2³² − 1. */
function unsigned(value: number): readonly number[] {
  const bytes: number[] = [];
  let rest = value >>> 0;
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  return [...bytes, rest];
}

/** LEB128 of a signed 32-bit number. */
function signed(value: number): readonly number[] {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0))
      return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

function floatBytes(value: number): readonly number[] {
  return [...new Uint8Array(new Float32Array([value]).buffer)];
}

function wordBytes(value: number): readonly number[] {
  return [...new Uint8Array(new Int32Array([value]).buffer)];
}

function text(value: string): readonly number[] {
  const bytes = new TextEncoder().encode(value);
  return [...unsigned(bytes.length), ...bytes];
}

function vectorOf(items: readonly (readonly number[])[]): readonly number[] {
  return [...unsigned(items.length), ...items.flat()];
}

function section(id: number, content: readonly number[]): readonly number[] {
  return [id, ...unsigned(content.length), ...content];
}

function immediateBytes({ op, immediates }: Instruction): readonly number[] {
  const [first = 0, second = 0, third = 0] = immediates;
  switch (instructions[op].immediate) {
    case "none":
      return [];
    case "block":
      return [0x40];
    case "index":
      return unsigned(first);
    case "i32":
    case "i64":
      return signed(first);
    case "f32":
      return floatBytes(first);
    case "v128":
      return immediates.flatMap(wordBytes);
    case "lane":
      return [first];
    case "memory":
      return [...unsigned(second), ...unsigned(first)];
    case "memory lane":
      return [...unsigned(second), ...unsigned(first), third];
    case "shuffle":
      return immediates;
    case "copy":
      return [0, 0];
  }
}

/** Locals as runs of equal types. */
function localRuns(locals: readonly ValueType[]): readonly (readonly number[])[] {
  const runs: { count: number; type: ValueType }[] = [];
  for (const type of locals) {
    const last = runs.at(-1);
    if (last?.type === type) last.count++;
    else runs.push({ count: 1, type });
  }
  return runs.map(({ count, type }) => [...unsigned(count), valueTypes[type]]);
}

function codeOf(one: WasmFunction): readonly number[] {
  const bytes: number[] = [...vectorOf(localRuns(one.locals))];
  for (const instruction of one.body) {
    for (const byte of instructions[instruction.op].bytes) bytes.push(byte);
    for (const byte of immediateBytes(instruction)) bytes.push(byte);
  }
  bytes.push(0x0b);
  return [...unsigned(bytes.length), ...bytes];
}

const hasLimit = 0x01;
const importedMemory = [...text("env"), ...text("memory"), 0x02];

/** Where the byte is that says whether the memory is shared: 1 is no, 3 is yes. Only of modules made for threads. */
export function memoryFlagOf(bytes: Uint8Array): number {
  const sought = [...importedMemory, hasLimit];
  return (
    bytes.findIndex((_, start) => sought.every((byte, place) => bytes[start + place] === byte)) +
    importedMemory.length
  );
}

/** The binary form of a module: sections type, import, function, export, code. */
export function encodeModule(module: WasmModule): Uint8Array<ArrayBuffer> {
  const signatures = [...new Set(module.functions.map((one) => one.parameters.join(",")))];
  const types = signatures.map((signature) => [
    0x60,
    ...vectorOf(
      (signature === "" ? [] : signature.split(",")).map((type) => [valueTypes[type as ValueType]]),
    ),
    0,
  ]);
  const limits = module.threaded
    ? [hasLimit, ...unsigned(module.pages), ...unsigned(mostPages)]
    : [0x00, ...unsigned(module.pages)];
  const imports = [
    [...importedMemory, ...limits],
    ...(module.threaded ? [[...text("env"), ...text("scratch"), 0x03, valueTypes.i32, 0x00]] : []),
  ];
  const exports = module.functions.flatMap((one, index) =>
    one.exported ? [[...text(one.name), 0x00, ...unsigned(index)]] : [],
  );
  return Uint8Array.from([
    0x00,
    0x61,
    0x73,
    0x6d,
    0x01,
    0x00,
    0x00,
    0x00,
    ...section(1, vectorOf(types)),
    ...section(2, vectorOf(imports)),
    ...section(
      3,
      vectorOf(
        module.functions.map((one) => unsigned(signatures.indexOf(one.parameters.join(",")))),
      ),
    ),
    ...section(7, vectorOf(exports)),
    ...section(10, vectorOf(module.functions.map(codeOf))),
  ]);
}
