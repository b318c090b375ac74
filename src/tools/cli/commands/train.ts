import { existsSync, rmSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { acceptedSettings } from "../accepted.ts";
import { searchNotRun } from "../../../compiler/base/diagnostics/catalogue/later.ts";
import { diagnostic } from "../../../compiler/base/diagnostics/diagnostic.ts";
import { writeDiagnostics } from "../output.ts";
import { resolveData } from "../data-paths.ts";
import type { Program, TypedEnsemble, TypedRun } from "../../../compiler/typed/program.ts";
import { UserError } from "../../../runtime/errors.ts";
import { exitCode, UsageError } from "../exit.ts";
import { makeFolder } from "../make-folder.ts";
import { requireRuns } from "../needed-runs.ts";
import { deviceArguments, type TrainOptions } from "../options.ts";
import { folderName } from "../run-folder.ts";
import { choose, programOf } from "../runs.ts";
import {
  beginTraining,
  folderAsAsked,
  resumeTraining,
  takeFreeFolder,
  type RunFolder,
  type Training,
} from "../trainer-folder.ts";
import { runTypeScript } from "../run-typescript.ts";
import { openDims } from "../open-dims.ts";
import type { TrainingHere } from "../../training/train-here.ts";
import { suggestLower, suggestNext, suggestResume } from "../suggestions.ts";
import { writeEnsemble, writeTrainer } from "../trainer.ts";
import { withFolds } from "../with-folds.ts";

/** Trains a run in this process and writes the program that does the same beside its weights: both are one source. An ensemble's program is built and run. */
export async function train(file: string, options: TrainOptions): Promise<void> {
  const program = programOf(file, options.set, options.format);
  if (!program) return;
  const run = withFolds(choose(program, options.run), program, options.folds);
  tellSearches(program, run);
  const place = runFolder(run, options);
  const { folder } = place;
  const base = file === "-" ? process.cwd() : dirname(resolve(file));
  const trainer = join(folder, "trainer");
  const pathFromFolder = (path: string): string =>
    isAbsolute(path) ? path : relative(trainer, resolve(base, path)).split(sep).join("/");
  const choices = { pathFromFolder, data: new Map(), set: options.set };
  const members = membersOf(program, run);
  for (const member of members) requireRuns(program, member, file, folder, options);
  const words = [...trainerArguments(folder, options), ...acceptArguments(file, members, options)];
  const dims = openDims(program, options.set);
  const training: Training =
    "members" in run
      ? ofEnsemble(folder, words, (to) => writeEnsemble(program, run, to, choices))
      : ofRun({
          ...{ program, run, folder: trainer, pathFromFolder, dims, words },
          taken: () => {
            if (!options.resume) refuseTrained(folder);
          },
          write: async (compilation) =>
            void (await writeTrainer(program, run, trainer, { ...choices, compilation })),
        });
  const inspecting = inspectionOf(program, run, file, folder, options);
  const code = options.resume
    ? await resumeTraining(training)
    : await beginTraining(training, place, inspecting);
  process.exitCode = code;
  if (options.format !== "pretty") return;
  const finished = { file, folder, seed: options.seed ?? members[0]?.seed ?? 0 };
  if (code === exitCode.clean) suggestNext(finished, options);
  if (code === exitCode.diverged) suggestLower(finished, options);
  if (code === exitCode.interrupted || code === exitCode.terminated)
    suggestResume(finished, options);
}

/** A search of the run is not run, which is said where a person might wait for it. */
function tellSearches({ searches, hypers }: Program, { name }: TypedRun | TypedEnsemble): void {
  const example = hypers[0] && `try values one by one: \`--set ${hypers[0].name}=…\``;
  const found = searches
    .filter(({ run }) => run === name)
    .map(({ span }) =>
      diagnostic(searchNotRun, span, { run: name }, { notes: example ? [example] : [] }),
    );
  writeDiagnostics(found, "pretty");
}

/** A run is trained in this process; its program is written when the first step has been made. */
function ofRun(here: TrainingHere): Training {
  return {
    rehearse: async () => {
      const { trainHere } = await import("../../training/train-here.ts");
      const words = [...here.words, "--dry-run"];
      return trainHere({ ...here, words, write: async () => undefined });
    },
    train: async () => (await import("../../training/train-here.ts")).trainHere(here),
  };
}

/** The program of an ensemble is written, then run. */
function ofEnsemble(
  folder: string,
  words: readonly string[],
  write: (to: string) => Promise<unknown>,
): Training {
  const [trainer, next] = [join(folder, "trainer"), join(folder, "trainer.next")];
  return {
    rehearse: async () => {
      try {
        await write(next);
        const asked = [...words, "--dry-run"];
        return await runTypeScript(join(next, "ensemble.ts"), asked, "ignore", "ignore");
      } finally {
        rmSync(next, { recursive: true, force: true });
      }
    },
    train: async () => {
      await write(trainer);
      return runTypeScript(join(trainer, "ensemble.ts"), words, "ignore");
    },
  };
}

function membersOf(program: Program, run: TypedRun | TypedEnsemble): readonly TypedRun[] {
  if (!("members" in run)) return [run];
  return program.runs.filter(({ name }) => run.members.some((member) => member.run === name));
}

/** `--inspect init`: how the network begins is reported before it is trained. */
function inspectionOf(
  program: Program,
  run: TypedRun | TypedEnsemble,
  file: string,
  folder: string,
  options: TrainOptions,
): () => Promise<void> {
  if (options.inspect === undefined) return async () => undefined;
  if ("members" in run)
    throw new UsageError(
      `--inspect init looks at one network: give a member of ${run.name} with --run`,
    );
  if (options.resume)
    throw new UsageError(
      "--inspect init looks at a network before it is trained: it does not go with --resume",
    );
  return async () => {
    makeFolder(folder);
    const { inspectBefore } = await import("./inspect.ts");
    const page = join(folder, "inspection.html");
    await inspectBefore(program, run, page, { ...options, file, folder });
  };
}

/** What a trained run has, a trained ensemble, and a run over folds. */
const alone = "last.safetensors";
const joint = join("member-1", alone);
const folded = join("fold-1", alone);

/** The folder asked for, or the first free one of runs/mlp, runs/mlp-2, …: no earlier run is written over. */
function runFolder(run: TypedRun | TypedEnsemble, options: TrainOptions): RunFolder {
  const { resume, runDir } = options;
  if (resume && runDir === undefined)
    throw new UsageError("--resume needs --run-dir: the folder of the run to go on with");
  if (runDir !== undefined) {
    const wanted = "members" in run ? joint : run.data.split.folds === undefined ? alone : folded;
    if (resume && !existsSync(join(runDir, wanted)))
      throw new UsageError(`there is no ${wanted} in ${runDir} to go on from`);
    const trained = resume ? undefined : trainedThere(runDir);
    if (trained !== undefined) throw new UsageError(trained);
    return folderAsAsked(runDir);
  }
  return takeFreeFolder(join("runs", folderName(run.name)));
}

/** Why a training may not begin in a folder. */
function trainedThere(folder: string): string | undefined {
  return [alone, joint, folded].some((file) => existsSync(join(folder, file)))
    ? `${folder} holds a trained run: give --resume to go on with it, or another --run-dir`
    : undefined;
}

/** Asked again when the folder is taken: another training may have ended there meanwhile. */
function refuseTrained(folder: string): void {
  const reason = trainedThere(folder);
  if (reason !== undefined) throw new UserError(reason);
}

/** What a resumed run may have otherwise. */
function acceptArguments(
  file: string,
  members: readonly TypedRun[],
  options: TrainOptions,
): readonly string[] {
  if (!options.resume && options.accept !== undefined)
    throw new UsageError("--accept goes with --resume: it names what may be otherwise than before");
  const accepted = options.resume ? acceptedSettings(file, members, options) : [];
  return accepted.length === 0 ? [] : ["--accept", accepted.join(",")];
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
