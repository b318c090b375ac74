import { foldShares } from "../../compiler/typed/parts.ts";
import type { Program, TypedEnsemble, TypedRun } from "../../compiler/typed/program.ts";
import { UsageError } from "./exit.ts";

/** The run with its rows divided into so many folds, as if the file said so; without a number as the file says. */
export function withFolds(
  run: TypedRun | TypedEnsemble,
  program: Program,
  folds: number | undefined,
): TypedRun | TypedEnsemble {
  if ("members" in run) {
    const folded = program.runs.some(
      ({ name, data }) =>
        (folds ?? data.split.folds) !== undefined && run.members.some((one) => one.run === name),
    );
    if (!folded) return run;
    throw new UsageError(
      `the members of ${run.name} are trained once each, on the same rows: folds are for a single run`,
    );
  }
  if (folds === undefined) return run;
  const { data } = run;
  if (data.sources.some(({ part }) => part === "validation"))
    throw new UsageError(
      `${data.name} has a source of its own for validation, and with --folds each part of the others validates once: take it out of the file`,
    );
  const split = { ...data.split, folds, ...foldShares(folds, data.split.test) };
  return { ...run, data: { ...data, split } };
}
