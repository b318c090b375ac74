import type { Plan } from "../../compiler/plan/plan.ts";

/** An array in the module's memory: element [i, j, …] at `address` + 4·Σ stride·index. */
export interface WasmArray {
  readonly address: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** Random numbers: the module draws them where their words say so (see `RandomArray`), else the host does. */
export interface WasmFill {
  readonly stream: string;
  readonly array: WasmArray;
  readonly words: number;
}

export interface WasmPlanTable {
  readonly name: Plan["name"];
  readonly capacity: number;
  readonly inputs: ReadonlyMap<string, WasmArray>;
  readonly fills: readonly WasmFill[];
  /** Numbers that come with a call. */
  readonly given: readonly string[];
  /** Formulas over them, as TypeScript. */
  readonly derived: ReadonlyMap<string, string>;
  /** name → address, of those that kernels read. */
  readonly numbers: ReadonlyMap<string, number>;
  readonly results: ReadonlyMap<string, WasmArray>;
  /** The functions in order, with the parts that each can be divided into and the multiplications and additions that it does. */
  readonly kernels: readonly {
    readonly name: string;
    readonly parts: number;
    readonly work: number;
  }[];
}

/** What threads need to know to work on one memory. */
export interface WasmThreadTable {
  /** The byte of the module that makes its memory a shared one. */
  readonly flag: number;
  /** Where the words lie through which they meet. */
  readonly words: number;
  /** The scratch of the first thread, and how large each one's is. */
  readonly scratch: number;
  readonly scratchBytes: number;
  /** Plan → with how many threads it is fastest. Its place is its number. */
  readonly plans: ReadonlyMap<Plan["name"], number>;
}
