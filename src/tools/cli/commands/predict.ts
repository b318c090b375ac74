import type { RunFolderOptions } from "../options.ts";
import { trainerOf } from "../run-folder.ts";
import { runTypeScript } from "../run-typescript.ts";

/** Runs the generated predictor of a run folder on a file, or on the standard input. */
export async function predict(folder: string, input: string, options: RunFolderOptions): Promise<void> {
  const { program, checkpoint } = trainerOf(folder, "predict.ts", options.checkpoint);
  process.exitCode = await runTypeScript(program, [
    ...["--checkpoint", checkpoint],
    ...(options.backend === undefined ? [] : ["--backend", options.backend]),
    input,
  ], "inherit");
}
