import { laterRun } from "../../compiler/base/diagnostics/catalogue/later.ts";
import { diagnostic } from "../../compiler/base/diagnostics/diagnostic.ts";
import { hasErrors } from "../../compiler/base/outcome.ts";
import { check } from "../../compiler/check.ts";
import { suggest } from "../../compiler/base/suggest.ts";
import type { Program, TypedEnsemble, TypedRun } from "../../compiler/typed/program.ts";
import { exitCode, UsageError } from "./exit.ts";
import { lintLevels } from "./lint-levels.ts";
import { writeDiagnostics, type Format } from "./output.ts";
import { importReader, readSource } from "./sources.ts";

/** The checked program of a file; its diagnostics are written, and with errors among them the command ends here. */
export function programOf(
  path: string,
  set: ReadonlyMap<string, string>,
  format: Format = "pretty",
): Program | undefined {
  const lints = lintLevels(path);
  const checked = check(readSource(path), { set, lints: lints.levels, read: importReader(path) });
  const diagnostics = [...lints.diagnostics, ...checked.diagnostics];
  const { value } = checked;
  if (value !== undefined && !hasErrors(diagnostics)) {
    if (diagnostics.length > 0) writeDiagnostics(diagnostics, "pretty");
    return value;
  }
  writeDiagnostics(diagnostics, format);
  process.exitCode = exitCode.specHasErrors;
  return undefined;
}

/** The run of that name, or the only one. */
export function chooseRun(program: Program, name: string | undefined): TypedRun {
  const chosen = choose(program, name);
  if ("members" in chosen)
    throw new UsageError(`${chosen.name} is an ensemble: give one of its members with --run`);
  return chosen;
}

/** The run or the ensemble of that name, or the only run. */
export function choose(program: Program, name: string | undefined): TypedRun | TypedEnsemble {
  const names = [...program.runs, ...program.ensembles].map((one) => one.name);
  if (program.runs.length === 0)
    throw new UsageError(`${program.path} has no run: add \`train Model on Data { loss: … }\``);
  if (name === undefined && program.runs.length > 1)
    throw new UsageError(
      `${program.path} has several runs; choose one with --run: ${names.join(", ")}`,
    );
  const run = name === undefined ? program.runs[0] : program.runs.find((one) => one.name === name);
  if (run) return refuseNotYet(run);
  const ensemble = program.ensembles.find((one) => one.name === name);
  if (ensemble) return ensemble;
  const near = suggest(name!, names);
  throw new UsageError(
    `${program.path} has no run ${name}${near ? `; did you mean ${near}?` : `; it has ${names.join(", ")}`}`,
  );
}

export function refuseNotYet(run: TypedRun): TypedRun {
  if (run.notYet.length === 0) return run;
  writeDiagnostics(
    run.notYet.map(({ setting, span }) => diagnostic(laterRun, span, { what: `\`${setting}\`` })),
    "pretty",
  );
  throw new UsageError(
    `run ${run.name} cannot be trained by this version of nnspec; take ${run.notYet.length === 1 ? "this setting" : "these settings"} out`,
  );
}
