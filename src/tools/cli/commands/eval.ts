import { resolveData } from "../data-paths.ts";
import { deviceArguments, type RunFolderOptions } from "../options.ts";
import { ensembleOf, trainerOf } from "../run-folder.ts";
import { runTypeScript } from "../run-typescript.ts";

/** Runs the generated trainer of a run folder in its measuring mode. */
export async function evaluate(folder: string, options: RunFolderOptions): Promise<void> {
  const together = ensembleOf(folder, "ensemble.ts");
  const { program, checkpoint } =
    together === undefined
      ? trainerOf(folder, "train.ts", options.checkpoint)
      : { program: together, checkpoint: folder };
  process.exitCode = await runTypeScript(
    program,
    [
      ...["--evaluate", checkpoint, "--run-dir", folder, "--format", options.format],
      ...[...options.data].flatMap(([name, path]) => ["--data", `${name}=${resolveData(path)}`]),
      ...(options.tta === true ? ["--tta"] : []),
      ...deviceArguments(options),
    ],
    "ignore",
  );
}
