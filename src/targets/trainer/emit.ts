import { isLaid, lineWidth } from "../../compiler/base/layout.ts";
import { gpujs } from "../../backends/gpujs/backend.ts";
import { emitWasmFiles } from "../../backends/wasm/emit-module.ts";
import type { CompiledRun } from "../../compiler/plan/compiled.ts";
import type { Program } from "../../compiler/typed/program.ts";
import { definitionOf } from "./definition/definition.ts";
import type { Emission } from "./emission.ts";
import type { EmittedFile, TargetOptions } from "../target.ts";
import { packageFiles } from "./package-files.ts";
import { loadPieces } from "./pieces/load-pieces.ts";
import { programModules, type Given, type ProgramModule } from "./program.ts";
import { startsOf } from "./starts.ts";

export interface EmitOptions extends TargetOptions {
  /** Trains the first steps; gives their losses, or in a sentence why there are none. */
  readonly measure?: (compiled: CompiledRun) => Promise<readonly number[] | string>;
  /** Fused multiplication and addition in the WebAssembly module. */
  readonly relaxedSimd?: boolean;
  /** That module as text besides. */
  readonly wat?: boolean;
}

/** The generated folder of a run: the trainer as far as the run uses it, its plans, and what makes it a package. */
export async function emit(
  compiled: CompiledRun,
  program: Program,
  options: EmitOptions = {},
): Promise<readonly EmittedFile[]> {
  const losses = await options.measure?.(compiled);
  const emission: Emission = {
    compiled,
    program,
    pathFromFolder: options.pathFromFolder ?? ((path) => path),
    bound: options.bound ?? new Map(),
    ...(losses !== undefined && { losses }),
  };
  const wasm = emitWasmFiles(compiled.plans, undefined, undefined, {
    relaxedSimd: options.relaxedSimd ?? false,
  });
  const plans = [
    { path: "kernels.ts", text: kernelsText(compiled) },
    { path: "wasm.ts", text: wasm.table },
  ];
  const modules = await modulesOf(emission);
  const sources = [
    ...(await Promise.all(modules.map(printModule))),
    ...(await Promise.all(plans.map(({ path, text }) => printedText(path, text)))),
  ];
  const text = options.wat === true ? [{ path: "wasm.wat", text: wasm.text }] : [];
  const rest = packageFiles(emission, [...sources, ...text]);
  return [...sources, ...text, ...rest];
}

/** The trainer's own modules, of which the run's part is not printed yet. */
export async function modulesOf(emission: Emission): Promise<readonly ProgramModule[]> {
  return programModules(await loadPieces(), definitionOf(emission), givenFiles, startsOf(emission));
}

/** The kernels, with the plans under one name. */
export function kernelsText(compiled: CompiledRun): string {
  return `${gpujs.module(compiled.plans).text}\nexport const plans = { ${Object.keys(compiled.plans).join(", ")} };\n`;
}

/** The plans, which the backends print. */
const givenFiles: readonly Given[] = [
  { path: "kernels.ts", members: ["plans"], uses: ["DevicePlan"] },
  { path: "wasm.ts", members: ["wasmModule"], uses: ["packed", "WasmProgram"] },
];

/** The runtime's own text is printed already; so is what is the run's own, but for code that is longer than a line. */
export async function printModule({
  path,
  header,
  own,
  rest,
}: ProgramModule): Promise<EmittedFile> {
  const printed = own === "" ? "" : (await printedText(path, own)).text.trimEnd();
  const parts = [header, printed, rest].filter((part) => part !== "");
  return { path, text: `${parts.join("\n\n")}\n` };
}

/** Prettier is loaded only for code that has to be broken. Sources of kernels are texts, which it leaves as they are. */
export async function printedText(path: string, text: string): Promise<EmittedFile> {
  if (isLaid(text.replace(/`[^`]*`/g, ""))) return { path, text };
  const { format } = await import("prettier");
  const printed = await format(text, {
    parser: "typescript",
    printWidth: lineWidth,
    endOfLine: "lf",
  });
  return { path, text: printed };
}
