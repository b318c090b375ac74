import { compileRun, type Capacities } from "./compile.ts";
import { emit, type EmitOptions, type EmittedFile } from "./passes/7-emit/emit.ts";
import type { Program, TypedRun } from "./typed/program.ts";

export { OpenSize } from "./compile.ts";

export interface BuildOptions extends EmitOptions {
  readonly capacities?: Capacities;
}

/** A checked run as the files of its trainer. Loads ts-morph and prettier, so the command line imports it when it builds. */
export async function buildTrainer(program: Program, run: TypedRun, { capacities = {}, ...options }: BuildOptions = {}): Promise<readonly EmittedFile[]> {
  return emit(compileRun(run, capacities), program, options);
}
