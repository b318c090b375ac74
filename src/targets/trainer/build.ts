import { compileRun, type Capacities } from "../../compiler/compile.ts";
import type { Program, TypedEnsemble } from "../../compiler/typed/program.ts";
import type { EmittedFile } from "../target.ts";
import { ensembleFiles as joiningFiles, trainersOf } from "./ensemble/files.ts";

export { trainersOf };

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
