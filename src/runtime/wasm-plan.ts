import { inflateRaw } from "./compression.ts";

/** An array in the memory of a module: element [i, j, …] at `address` + 4·Σ stride·index. */
export interface WasmArray {
  readonly address: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** What one plan of a module needs and leaves; plain data but for the formulas of the numbers. */
export interface WasmPlan {
  readonly capacity: number;
  readonly inputs: Readonly<Record<string, WasmArray>>;
  /**
   * Random numbers. At `words` stand six whole numbers: the two halves of the seed, the two of the hashed name, the step,
   * and whether the module draws them itself (else the host fills them in before a call).
   */
  readonly fills: readonly {
    readonly stream: string;
    readonly array: WasmArray;
    readonly words: number;
  }[];
  readonly given: readonly string[];
  readonly derived: Readonly<Record<string, (given: Readonly<Record<string, number>>) => number>>;
  /** Where each number goes, as a float. */
  readonly numbers: Readonly<Record<string, number>>;
  readonly results: Readonly<Record<string, WasmArray>>;
}

/** Unpacks the `size` bytes that lines of base64 stand for, once, when they are needed (raw deflate). */
export function packed(size: number, text: string): () => Promise<Uint8Array<ArrayBuffer>> {
  let unpacked: Promise<Uint8Array<ArrayBuffer>> | undefined;
  return () => (unpacked ??= unpack(size, text));
}

/** Where several threads can work on one memory. */
export interface WasmThreads {
  /** The byte of the module that makes its memory a shared one. */
  readonly flag: number;
  /** Where the words lie through which they meet. */
  readonly words: number;
  /** The scratch of the first thread, and how large each one's is. */
  readonly scratch: number;
  readonly scratchBytes: number;
  /** Plan → with how many threads it is fastest. */
  readonly plans: Readonly<Record<string, number>>;
}

async function unpack(size: number, text: string): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return new Uint8Array(await inflateRaw(bytes, "the module", size));
}

/** A generated module with the addresses of everything in its memory. */
export interface WasmProgram {
  readonly bytes: () => Promise<Uint8Array<ArrayBuffer>>;
  /** Built with `--relaxed-simd`: not every engine runs it. */
  readonly relaxedSimd?: boolean;
  readonly pages: number;
  /** Where the number of rows goes, as a whole number. */
  readonly rows: number;
  readonly variables: Readonly<Record<string, WasmArray>>;
  readonly plans: Readonly<Record<string, WasmPlan>>;
  /** Only where more than one thread can pay. */
  readonly threads?: WasmThreads;
}
