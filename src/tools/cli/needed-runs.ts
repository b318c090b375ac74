import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Program, TypedRun } from "../../compiler/typed/program.ts";
import { asCalled, shellWord } from "./called.ts";
import { UsageError } from "./exit.ts";
import type { TrainOptions } from "./options.ts";
import { folderName } from "./run-folder.ts";
import { changesOf } from "./suggestions.ts";

/** The runs whose weights a run starts from or listens to must have been trained, in folders beside its own; else the command that does it. */
export function requireRuns(
  program: Program,
  run: TypedRun,
  file: string,
  folder: string,
  options: TrainOptions,
): void {
  const loaded = options.resume ? [] : run.weights.flatMap(({ load }) => load?.value ?? []);
  const sources = [...loaded, ...(run.teacher ? [run.teacher.weights] : [])];
  for (const name of new Set(
    sources.flatMap((source) => (source.kind === "run" ? [source.run] : [])),
  )) {
    const kept = program.runs.find((other) => other.name === name)?.keep.kind ?? "best";
    const own = join(dirname(folder), folderName(name));
    const weights = join(own, `${kept}.safetensors`);
    if (existsSync(weights)) continue;
    const where = own === join("runs", folderName(name)) ? "" : ` --run-dir ${shellWord(own)}`;
    const command = `nnspec train ${shellWord(file)} --run ${name}${where}${changesOf(options)}`;
    throw new UsageError(
      `run ${run.name} needs the weights of run ${name}, and ${weights} is not there; train it first: ${asCalled(command)}`,
    );
  }
}
