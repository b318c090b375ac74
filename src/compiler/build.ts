import { compileRun, type Capacities } from "./compile.ts";
import { emit, type EmitOptions, type EmittedFile } from "./passes/7-emit/emit.ts";
import type { Program, TypedRun } from "./typed/program.ts";

export { OpenSize } from "./compile.ts";
export type { EmittedFile } from "./passes/7-emit/emit.ts";

/** lower → differentiate → simplify → schedule → emit: a checked run as the files of its trainer. */
export async function buildTrainer(program: Program, run: TypedRun, options: EmitOptions & { readonly capacities?: Capacities } = {}): Promise<readonly EmittedFile[]> {
  return emit(compileRun(run, options.capacities), program, options);
}
