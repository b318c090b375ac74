import type { Backend } from "../../compiler/plan/backend.ts";
import { emitWasm, type EmittedWasm, type WasmOptions } from "./emit-wasm.ts";

/** One WebAssembly module with 128-bit vectors, for one thread or several. */
export const wasm: Backend<EmittedWasm, WasmOptions> = {
  name: "wasm",
  module: (plans, options) => emitWasm(plans, options),
};
