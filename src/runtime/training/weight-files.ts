import { loadTensors } from "../checkpoint.ts";
import { resolvePath } from "../files.ts";
import type { TensorFile } from "../safetensors.ts";
import { loadRun } from "../warm-start.ts";
import type { TrainingDefinition } from "./definition.ts";
import type { WeightFile } from "./types.ts";

/** Where it lies, for a training in this folder. */
export function weightPath(
  training: TrainingDefinition,
  { path, run }: WeightFile,
  folder: string | undefined,
): string {
  return run === undefined
    ? resolvePath(training.directory, path)
    : resolvePath((folder ?? "run") + "/", path);
}

export async function loadWeights(
  { run, command }: WeightFile,
  where: string,
): Promise<TensorFile> {
  return run === undefined ? loadTensors(where) : loadRun(where, run, command ?? "");
}
