import { emitWasm, type EmittedWasm, type WasmPlans } from "../../src/backends/wasm/emit-wasm.ts";
import type { WasmProgram } from "../../src/runtime/wasm-plan.ts";

/** What the generated module file would export, without writing and importing it. */
export function wasmProgram(plans: WasmPlans, emitted: EmittedWasm = emitWasm(plans)): WasmProgram {
  const { bytes, memory } = emitted;
  const formula = (text: string): ((given: Readonly<Record<string, number>>) => number) =>
    new Function("given", `return ${text};`) as (given: Readonly<Record<string, number>>) => number;
  const { threads } = memory;
  return {
    ...(threads === undefined
      ? {}
      : { threads: { ...threads, plans: Object.fromEntries(threads.plans) } }),
    bytes: () => Promise.resolve(bytes),
    pages: memory.pages,
    rows: memory.rows,
    variables: Object.fromEntries(memory.variables),
    plans: Object.fromEntries(
      [...memory.plans].map(
        ([name, plan]) =>
          [
            name,
            {
              capacity: plan.capacity,
              inputs: Object.fromEntries(plan.inputs),
              fills: plan.fills,
              given: plan.given,
              derived: Object.fromEntries(
                [...plan.derived].map(([number, text]) => [number, formula(text)] as const),
              ),
              numbers: Object.fromEntries(plan.numbers),
              results: Object.fromEntries(plan.results),
            },
          ] as const,
      ),
    ),
  };
}
