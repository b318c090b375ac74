import { readFileSync } from "node:fs";
import { UsageError } from "../exit.ts";
import { deviceArguments, type PredictOptions } from "../options.ts";
import { ensembleOf, trainerOf } from "../run-folder.ts";
import { runTypeScript } from "../run-typescript.ts";

/** Runs the generated predictor of a run folder on a file, or on the standard input. */
export async function predict(
  folder: string,
  input: string,
  options: PredictOptions,
): Promise<void> {
  const together = ensembleOf(folder, "predict.ts");
  if (together !== undefined) {
    process.exitCode = await runTypeScript(
      together,
      ["--run-dir", folder, ...deviceArguments(options), input],
      "inherit",
    );
    return;
  }
  const { program, checkpoint } = trainerOf(folder, "predict.ts", options.checkpoint);
  // Programs of models that nothing is random in have no such option.
  const drawable = readFileSync(program, "utf8").includes('"--samples"');
  if (options.samples !== undefined && options.samples > 0 && !drawable)
    throw new UsageError(
      `nothing in the model of ${folder} is random, so there is nothing to sample: it has no dropout`,
    );
  process.exitCode = await runTypeScript(
    program,
    [
      ...["--checkpoint", checkpoint],
      ...deviceArguments(options),
      ...(options.samples === undefined || !drawable ? [] : ["--samples", String(options.samples)]),
      ...tableArguments(options),
      input,
    ],
    "inherit",
  );
}

/** How the rows of a table are read, where that is said. */
function tableArguments({ header, measure }: PredictOptions): readonly string[] {
  return [
    ...(header === undefined ? [] : ["--header", header]),
    ...(measure === true ? ["--measure"] : []),
  ];
}
