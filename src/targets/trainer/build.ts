import { compileRun, type Capacities } from "../../compiler/compile.ts";
import { emit, type EmitOptions, type EmittedFile } from "./emit.ts";
import { ensembleFiles as joiningFiles, trainersOf } from "./ensemble/files.ts";
import type { Program, TypedEnsemble, TypedRun } from "../../compiler/typed/program.ts";

export { OpenSize } from "../../compiler/compile.ts";
export { trainersOf };

export interface BuildOptions extends EmitOptions {
  readonly capacities?: Capacities;
  /** Whether the run is a member of an ensemble. */
  readonly member?: boolean;
}

/** A checked run as the files of its trainer. Loads prettier, so the command line imports it when it builds. */
export async function buildTrainer(
  program: Program,
  run: TypedRun,
  { capacities = {}, member = false, ...options }: BuildOptions = {},
): Promise<readonly EmittedFile[]> {
  return emit(compileRun(run, { ...capacities, member }), program, options);
}

/** What joins the trainers of an ensemble's members; what these say has the same form in all of them. */
export async function ensembleFiles(
  program: Program,
  ensemble: TypedEnsemble,
  capacities: Capacities = {},
): Promise<readonly EmittedFile[]> {
  const { run } = trainersOf(program, ensemble)[0]!;
  const rows = run.batch === "all" ? { rows: 1 } : {};
  return joiningFiles(program, ensemble, compileRun(run, { ...rows, ...capacities, member: true }));
}
