import { check } from "../../compiler/check.ts";
import { changeableFacts, runFacts } from "../../compiler/typed/run-facts.ts";
import type { TypedRun } from "../../compiler/typed/program.ts";
import type { TrainOptions } from "./options.ts";
import { importReader, readSource } from "./sources.ts";

/** Settings that a resumed run may have otherwise: those that `--accept` names, and those that `--set` changes. */
export function acceptedSettings(
  file: string,
  runs: readonly TypedRun[],
  { set, accept }: TrainOptions,
): readonly string[] {
  const named = (accept ?? "").split(",").filter((name) => name !== "");
  if (set.size === 0 || file === "-") return named;
  const { value } = check(readSource(file), { set: new Map(), read: importReader(file) });
  const changed = runs.flatMap((run) => {
    const now = runFacts(run);
    const plain = value?.runs.find(({ name }) => name === run.name);
    const before = plain === undefined ? {} : runFacts(plain);
    return changeableFacts(run).filter((name) => set.has(name) || now[name] !== before[name]);
  });
  return [...new Set([...named, ...changed])];
}
