import type { NamedTensor, TensorFile } from "./safetensors.ts";
import { loadTensors } from "./checkpoint.ts";
import { UserError } from "./errors.ts";
import { fileExists } from "./files.ts";
import { runsInNode } from "./platform.ts";
import type { WarmStart } from "./reporter.ts";

/** The weights that another run of the same spec keeps; where it was not trained yet, how to do that. */
export async function loadRun(path: string, run: string, command: string): Promise<TensorFile> {
  if (runsInNode() && !(await fileExists(path)))
    throw new UserError(`The weights of run ${run} are not there: ${path}.`, [
      `Train it first: ${command}`,
    ]);
  return loadTensors(path);
}

/** What was taken from a file, and what of it was left: because the model has no such tensor, or because no rule asks for it. */
export function reportWarmStart(
  from: string,
  file: TensorFile,
  taken: readonly NamedTensor[],
  known: readonly { readonly name: string }[],
): WarmStart {
  const own = new Set(known.map(({ name }) => name));
  const names = new Set(taken.map(({ name }) => name));
  const left = [...file.tensors.keys()].filter((name) => !names.has(name));
  return {
    from,
    taken: [...names],
    foreign: left.filter((name) => !own.has(name)),
    unasked: left.filter((name) => own.has(name)),
  };
}
