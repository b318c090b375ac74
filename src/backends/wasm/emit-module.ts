import type { Plans } from "../../compiler/plan/backend.ts";
import { deflate } from "../../compiler/base/deflate.ts";
import {
  keyText,
  layStatement,
  numberText,
  stringText,
  type Layout,
} from "../../compiler/base/layout.ts";
import { wasm } from "./backend.ts";
import type { WasmOptions } from "./emit-wasm.ts";
import type { WasmArray, WasmPlanTable, WasmThreadTable } from "./module-table.ts";

export interface EmittedWasmFiles {
  /** wasm.ts: the module's bytes and the addresses of everything in its memory. */
  readonly table: string;
  /** wasm.wat: the same module as text, with comments. */
  readonly text: string;
}

/** How many characters of the bytes' text stand in one line. */
const lineLength = 96;

/** The files that carry the WebAssembly module of a run; `wasmPlanModule` is where the generated file imports its types from. */
export function emitWasmFiles(
  plans: Plans,
  wasmPlanModule = "./runtime/wasm-device.ts",
  name = "wasmModule",
  options: WasmOptions = {},
): EmittedWasmFiles {
  const emitted = wasm.module(plans, options);
  const { bytes, memory } = emitted;
  const layout: Layout = {
    isOpen: true,
    entries: [
      ["pages", numberText(memory.pages)],
      ["rows", numberText(memory.rows)],
      ["variables", arrays(memory.variables)],
      ["plans", { isOpen: true, entries: [...memory.plans.values()].map(planEntry) }],
      ...(memory.threads === undefined
        ? []
        : [["threads", threadsLayout(memory.threads)] as const]),
    ],
  };
  const table = [
    `import { packed, type WasmProgram } from ${stringText(wasmPlanModule)};`,
    "",
    "// The tensor work as one WebAssembly module with 128-bit vectors; `nnspec build --wat` gives it as",
    "// text, with comments. Arrays have fixed places in its memory: an address in bytes, a shape, and",
    "// strides in elements.",
    "",
    `export const ${name} = {`,
    `  bytes: packed(`,
    `    ${bytes.length},`,
    "    `",
    ...lines(base64(deflate(bytes))),
    "  `,",
    "  ),",
    ...(options.relaxedSimd === true ? ["  relaxedSimd: true,"] : []),
    ...layStatement("", layout, " satisfies WasmProgram;").split("\n").slice(1),
    "",
  ].join("\n");
  return {
    table,
    get text() {
      return emitted.wat;
    },
  };
}

/** Bytes as text by the browser's and Node's own `btoa`. */
function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

function lines(text: string): readonly string[] {
  return Array.from({ length: Math.ceil(text.length / lineLength) }, (_, line) =>
    text.slice(line * lineLength, (line + 1) * lineLength),
  );
}

function record<Value>(
  entries: ReadonlyMap<string, Value>,
  layout: (value: Value) => Layout,
): Layout {
  return { entries: [...entries].map(([name, value]) => [keyText(name), layout(value)] as const) };
}

function numbers(values: readonly number[]): Layout {
  return { items: values.map(numberText) };
}

function arrayLayout({ address, shape, strides }: WasmArray): Layout {
  return {
    entries: [
      ["address", numberText(address)],
      ["shape", numbers(shape)],
      ["strides", numbers(strides)],
    ],
  };
}

function arrays(entries: ReadonlyMap<string, WasmArray>): Layout {
  return record(entries, arrayLayout);
}

function threadsLayout({ flag, words, scratch, scratchBytes, plans }: WasmThreadTable): Layout {
  return {
    entries: [
      ["flag", numberText(flag)],
      ["words", numberText(words)],
      ["scratch", numberText(scratch)],
      ["scratchBytes", numberText(scratchBytes)],
      ["plans", record(plans, numberText)],
    ],
  };
}

function planEntry(plan: WasmPlanTable): readonly [string, Layout] {
  const fills = plan.fills.map(({ stream, array, words }): Layout => ({
    entries: [
      ["stream", stringText(stream)],
      ["array", arrayLayout(array)],
      ["words", numberText(words)],
    ],
  }));
  return [
    plan.name,
    {
      isOpen: true,
      entries: [
        ["capacity", numberText(plan.capacity)],
        ["inputs", arrays(plan.inputs)],
        ["fills", { items: fills }],
        ["given", { items: plan.given.map(stringText) }],
        ["derived", record(plan.derived, (body) => ({ head: "(given) =>", body }))],
        ["numbers", record(plan.numbers, numberText)],
        ["results", arrays(plan.results)],
      ],
    },
  ];
}
