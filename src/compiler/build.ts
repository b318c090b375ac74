import { compileRun, type Capacities } from "./compile.ts";
import { emit, type EmitOptions, type EmittedFile } from "./passes/7-emit/emit.ts";
import { ensembleFiles, trainersOf } from "./passes/7-emit/ensemble/files.ts";
import type { Program, TypedRun } from "./typed/program.ts";

export { OpenSize } from "./compile.ts";
export { ensembleFiles, trainersOf };

export interface BuildOptions extends EmitOptions {
  readonly capacities?: Capacities;
  /** Whether the run is a member of an ensemble. */
  readonly member?: boolean;
}

/** A checked run as the files of its trainer. Loads ts-morph and prettier, so the command line imports it when it builds. */
export async function buildTrainer(
  program: Program,
  run: TypedRun,
  { capacities = {}, member = false, ...options }: BuildOptions = {},
): Promise<readonly EmittedFile[]> {
  return emit(compileRun(run, { ...capacities, member }), program, options);
}
