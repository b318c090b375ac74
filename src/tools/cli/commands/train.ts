import { existsSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { resolveData } from "../data-paths.ts";
import type { Program, TypedRun } from "../../../compiler/typed/program.ts";
import { exitCode, UsageError } from "../exit.ts";
import { makeFolder } from "../make-folder.ts";
import { requireRuns } from "../needed-runs.ts";
import { deviceArguments, type TrainOptions } from "../options.ts";
import { folderName } from "../run-folder.ts";
import { choose, programOf } from "../runs.ts";
import { runTypeScript } from "../run-typescript.ts";
import { suggestNext, suggestResume } from "../suggestions.ts";
import { writeEnsemble, writeTrainer } from "../trainer.ts";

/** Trains a run in this process and writes the program that does the same beside its weights: both are one source. An ensemble's program is built and run. */
export async function train(file: string, options: TrainOptions): Promise<void> {
  const program = programOf(file, options.set, options.format);
  if (!program) return;
  const run = choose(program, options.run);
  const folder = runFolder(run.name, options);
  const base = file === "-" ? process.cwd() : dirname(resolve(file));
  const trainer = join(folder, "trainer");
  const pathFromFolder = (path: string): string =>
    isAbsolute(path) ? path : relative(trainer, resolve(base, path)).split(sep).join("/");
  const choices = { pathFromFolder, data: new Map(), set: options.set };
  const words = trainerArguments(folder, options);
  const members =
    "members" in run
      ? program.runs.filter(({ name }) => run.members.some((member) => member.run === name))
      : [run];
  const end = (code: number): void => {
    process.exitCode = code;
    if (options.format !== "pretty") return;
    const finished = { file, folder, seed: options.seed ?? members[0]?.seed ?? 0 };
    if (code === exitCode.clean) suggestNext(finished, options);
    if (code === exitCode.interrupted) suggestResume(finished, options);
  };
  for (const member of members) requireRuns(program, member, file, folder, options);
  if ("members" in run) {
    if (options.inspect !== undefined)
      throw new UsageError(
        `--inspect init looks at one network: give a member of ${run.name} with --run`,
      );
    await writeEnsemble(program, run, trainer, choices);
    return end(await runTypeScript(join(trainer, "ensemble.ts"), words, "ignore"));
  }
  if (options.inspect !== undefined) await inspectFirst(program, run, file, folder, options);
  const { trainHere } = await import("../../training/train-here.ts");
  const { openDims } = await import("../open-dims.ts");
  const code = await trainHere({
    ...{ program, run, folder: trainer, pathFromFolder, words },
    dims: openDims(program, options.set),
    write: async () => void (await writeTrainer(program, run, trainer, choices)),
  });
  end(code);
}

/** `--inspect init`: how the network begins is reported before it is trained. */
async function inspectFirst(
  program: Program,
  run: TypedRun,
  file: string,
  folder: string,
  options: TrainOptions,
): Promise<void> {
  if (options.resume)
    throw new UsageError(
      "--inspect init looks at a network before it is trained: it does not go with --resume",
    );
  makeFolder(folder);
  const { inspectBefore } = await import("./inspect.ts");
  await inspectBefore(program, run, join(folder, "inspection.html"), { ...options, file, folder });
}

/** The folder asked for, or the first free one of runs/mlp, runs/mlp-2, …: no earlier run is written over. */
function runFolder(run: string, options: TrainOptions): string {
  if (options.resume && options.runDir === undefined)
    throw new UsageError("--resume needs --run-dir: the folder of the run to go on with");
  if (options.runDir !== undefined) {
    const begun = ["last.safetensors", join("member-1", "last.safetensors")];
    const exists = begun.some((file) => existsSync(join(options.runDir!, file)));
    if (options.resume && !exists)
      throw new UsageError(`there is no last.safetensors in ${options.runDir} to go on from`);
    if (!options.resume && exists)
      throw new UsageError(
        `${options.runDir} holds a trained run: give --resume to go on with it, or another --run-dir`,
      );
    return options.runDir;
  }
  const name = join("runs", folderName(run));
  for (let number = 1; ; number++) {
    const folder = number === 1 ? name : `${name}-${number}`;
    if (!existsSync(folder)) return folder;
  }
}

function trainerArguments(folder: string, options: TrainOptions): readonly string[] {
  return [
    ...["--run-dir", folder, "--format", options.format],
    ...[...options.data].flatMap(([name, path]) => ["--data", `${name}=${resolveData(path)}`]),
    ...deviceArguments(options),
    ...(options.epochs === undefined ? [] : ["--epochs", String(options.epochs)]),
    ...(options.seed === undefined ? [] : ["--seed", String(options.seed)]),
    ...(options.resume ? ["--resume"] : []),
  ];
}
