import type { TrainerOptions } from "../arguments.ts";
import { fileExists, readText, writeText } from "../files.ts";
import { runsInNode } from "../platform.ts";
import type { EndEvent, FoldResult, Metrics, OverFolds, Reporter } from "../reporter.ts";
import { takeFolder } from "../run-lock.ts";
import type { TrainingDefinition } from "./definition.ts";
import { rehearse, train } from "./training.ts";

/**
 * Trains once for each fold, which validates and is not trained on, each in a folder of its own. Undefined when it was interrupted;
 * with --resume the folds that have ended are not trained again.
 */
export async function trainFolds(
  training: TrainingDefinition,
  options: TrainerOptions,
  reporter: Reporter,
): Promise<{ readonly end: EndEvent } | undefined> {
  const folder = options.runDirectory ?? "run";
  const letGo = runsInNode() ? await takeFolder(folder) : undefined;
  return trainEach(training, folder, options, reporter).finally(() => letGo?.());
}

async function trainEach(
  training: TrainingDefinition,
  folder: string,
  options: TrainerOptions,
  reporter: Reporter,
): Promise<{ readonly end: EndEvent } | undefined> {
  const start = performance.now();
  const ends: EndEvent[] = [];
  for (let fold = 1; fold <= training.folds!; fold++) {
    const runDirectory = `${folder}/fold-${fold}`;
    const ended = await endOf(`${runDirectory}/ended.json`, options);
    if (ended) {
      ends.push(ended);
      continue;
    }
    const resume = options.resume && (await fileExists(`${runDirectory}/resume.safetensors`));
    const trained = await train(training, { ...options, runDirectory, fold, resume }, reporter);
    if (trained === undefined) return undefined;
    ends.push(trained.end);
    if (runsInNode()) await writeText(`${runDirectory}/ended.json`, JSON.stringify(trained.end));
  }
  const end = together(ends, folder, (performance.now() - start) / 1000);
  reporter.end(end);
  return { end };
}

/** Asks everything that could refuse the training that comes: of the first fold that has not ended. */
export async function rehearseFolds(
  training: TrainingDefinition,
  options: TrainerOptions,
  reporter: Reporter,
): Promise<void> {
  const folder = options.runDirectory ?? "run";
  let fold = 1;
  while (fold < training.folds! && (await endOf(`${folder}/fold-${fold}/ended.json`, options)))
    fold++;
  const runDirectory = `${folder}/fold-${fold}`;
  const resume = options.resume && (await fileExists(`${runDirectory}/resume.safetensors`));
  await rehearse(training, { ...options, runDirectory, fold, resume }, reporter);
}

/** How an earlier training of the fold ended, where that is to be gone on with. */
async function endOf(path: string, { resume }: TrainerOptions): Promise<EndEvent | undefined> {
  if (!resume || !(await fileExists(path))) return undefined;
  return JSON.parse(await readText(path)) as EndEvent;
}

function together(ends: readonly EndEvent[], folder: string, seconds: number): EndEvent {
  const folds = ends.map(({ validation = {}, test }): FoldResult => ({
    validation,
    ...(test && { test }),
  }));
  const diverged = ends.find((end) => end.diverged)?.diverged;
  const tested = folds.flatMap(({ test }) => (test ? [test] : []));
  return {
    reason: `${folds.length} folds are trained, each validated on rows that it was not trained on`,
    epochs: 0,
    steps: 0,
    seconds,
    backend: ends[0]!.backend,
    ...(diverged && { diverged }),
    folds,
    overall: {
      validation: overFolds(folds.map(({ validation }) => validation)),
      ...(tested.length > 0 && { test: overFolds(tested) }),
    },
    paths: { folds: folder },
  };
}

/** The mean of each metric over the folds that define it, and its deviation between them. */
export function overFolds(metrics: readonly Metrics[]): Readonly<Record<string, OverFolds>> {
  const names = Object.keys(metrics[0] ?? {});
  return Object.fromEntries(
    names.map((name) => {
      const values = metrics
        .map((each) => Number(each[name] ?? Number.NaN))
        .filter((value) => !Number.isNaN(value));
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
      const deviation = Math.sqrt(squares / (values.length - 1));
      return [name, { mean, deviation, folds: values.length }];
    }),
  );
}
