import type { Plans } from "../../compiler/plan/backend.ts";
import { deflate } from "../../compiler/base/deflate.ts";
import { emitWasm, type WasmOptions } from "./emit-wasm.ts";
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
  wasmPlanModule = "./runtime/wasm-plan.ts",
  name = "wasmModule",
  options: WasmOptions = {},
): EmittedWasmFiles {
  const emitted = emitWasm(plans, options);
  const { bytes, memory } = emitted;
  const table = [
    `import { packed, type WasmProgram } from ${literal(wasmPlanModule)};`,
    "",
    "// The tensor work as one WebAssembly module with 128-bit vectors; `nnspec build --wat` gives it as text, with comments.",
    "// Arrays have fixed places in its memory: an address in bytes, a shape, and strides in elements.",
    "",
    `export const ${name} = {`,
    `  bytes: packed(${bytes.length}, \``,
    ...lines(base64(deflate(bytes))),
    "  `),",
    ...(options.relaxedSimd === true ? ["  relaxedSimd: true,"] : []),
    `  pages: ${memory.pages},`,
    `  rows: ${memory.rows},`,
    `  variables: ${arrays(memory.variables)},`,
    "  plans: {",
    ...[...memory.plans.values()].map((plan) => `    ${plan.name}: ${planText(plan)},`),
    "  },",
    ...(memory.threads === undefined ? [] : [`  threads: ${threadsText(memory.threads)},`]),
    "} satisfies WasmProgram;",
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

function literal(text: string): string {
  return JSON.stringify(text)
    .replaceAll("\u2028", "\\u2028")
    .replaceAll("\u2029", "\\u2029")
    .replaceAll("<", "\\u003c");
}

/** `"__proto__": …` would set the prototype instead of a property. */
function record<Value>(
  entries: ReadonlyMap<string, Value>,
  text: (value: Value) => string,
): string {
  const key = (name: string): string => (name === "__proto__" ? `["__proto__"]` : literal(name));
  return `{ ${[...entries].map(([name, value]) => `${key(name)}: ${text(value)}`).join(", ")} }`;
}

function arrayText({ address, shape, strides }: WasmArray): string {
  return `{ address: ${address}, shape: [${shape.join(", ")}], strides: [${strides.join(", ")}] }`;
}

function arrays(entries: ReadonlyMap<string, WasmArray>): string {
  return record(entries, arrayText);
}

function threadsText({ flag, words, scratch, scratchBytes, plans }: WasmThreadTable): string {
  return `{ flag: ${flag}, words: ${words}, scratch: ${scratch}, scratchBytes: ${scratchBytes}, plans: ${record(plans, String)} }`;
}

function planText(plan: WasmPlanTable): string {
  const fills = plan.fills.map(
    ({ stream, array, words }) =>
      `{ stream: ${literal(stream)}, array: ${arrayText(array)}, words: ${words} }`,
  );
  const derived = [...plan.derived].map(([name, formula]) => `${name}: (given) => ${formula},`);
  return [
    "{",
    `capacity: ${plan.capacity},`,
    `inputs: ${arrays(plan.inputs)},`,
    `fills: [${fills.join(", ")}],`,
    `given: [${plan.given.map(literal).join(", ")}],`,
    `derived: { ${derived.join(" ")} },`,
    `numbers: ${record(plan.numbers, String)},`,
    `results: ${arrays(plan.results)},`,
    "}",
  ].join(" ");
}
