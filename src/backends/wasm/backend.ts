import type { Backend, Plans } from "../../compiler/plan/backend.ts";
import { emitWasm, type EmittedWasm, type WasmOptions } from "./emit-wasm.ts";

/** What was made of the plans of a run as they are: a program's module is the one that trains in this process. */
const made = new WeakMap<Plans, EmittedWasm>();

/** One WebAssembly module with 128-bit vectors, for one thread or several. */
export const wasm: Backend<EmittedWasm, WasmOptions> = {
  name: "wasm",
  module: (plans, options = {}) => {
    if (Object.values(options).some((option) => option !== false)) return emitWasm(plans, options);
    const known = made.get(plans) ?? emitWasm(plans);
    made.set(plans, known);
    return known;
  },
};
