import { saveResume, saveTensors } from "../checkpoint.ts";
import type { EndEvent } from "../reporter.ts";
import type { NamedTensor } from "../safetensors.ts";
import { useAverages, useWeights } from "./averages.ts";
import { tablesOf } from "./collecting.ts";
import type { TrainingDefinition } from "./definition.ts";
import { evaluate } from "./measuring.ts";
import { rowsOfStep } from "./position.ts";
import {
  initialTensors,
  keptTensors,
  readTensors,
  rememberedTensors,
  writeTensors,
  type Session,
} from "./session.ts";
import { loadTeacher } from "./teaching.ts";
import { loadWarmStarts } from "./warm-starts.ts";
import type { Progress } from "./types.ts";
import { unitTensors } from "./units.ts";

/** Starts from the beginning. */
export async function begin(session: Session): Promise<Progress> {
  const { training, device, seed } = session;
  for (const [name, values] of initialTensors(training, seed)) device.write(name, values);
  if (training.units) bringUnits(session);
  if (training.teacher) await bringTeacher(session);
  if (training.warmFiles) session.warmStarts = await loadWarmStarts(session);
  return { ...training.beginning };
}

export function bringUnits({ training, device, data }: Session): void {
  for (const [name, values] of unitTensors(training, data.preparation)) device.write(name, values);
}

export async function bringTeacher(session: Session): Promise<void> {
  const { training, device, folder, data, metadata } = session;
  session.teacher = await loadTeacher(training, device, folder, data, Number(metadata["seed"]));
}

/** The tensors that are kept, as they are used: averages in the place of weights, where there are any. */
async function usedTensors(session: Session): Promise<NamedTensor[]> {
  const { training, device } = session;
  if (training.averaged) await useAverages(session);
  const tensors = await readTensors(device, keptTensors(training));
  if (training.averaged) useWeights(session);
  return tensors;
}

/** A file of the weights for use, on the way. */
export async function saveOnTheWay(session: Session, name: string): Promise<void> {
  const path = session.folder + "/" + name + ".safetensors";
  await saveTensors(path, await usedTensors(session), session.metadata);
}

/** Keeps where training stands: the weights for use, and everything else for going on. */
export async function save(session: Session): Promise<void> {
  const { training, device, folder, metadata, progress } = session;
  if (folder === undefined) return;
  if (training.best) {
    if (session.best && session.bestWaits)
      await saveTensors(folder + "/best.safetensors", session.best, metadata);
    session.bestWaits = false;
  }
  const used = await usedTensors(session);
  const current = training.averaged ? await readTensors(device, keptTensors(training)) : used;
  const rest = await readTensors(device, rememberedTensors(training));
  if (training.moved) rest.push(...session.minimizer!.save());
  const finite = Object.entries(progress).filter(([, value]) => Number.isFinite(value));
  await saveTensors(folder + "/last.safetensors", used, metadata);
  await saveResume(
    folder + "/resume.safetensors",
    [...current, ...rest],
    {
      ...training.beginning,
      ...Object.fromEntries(finite),
      stepsPerEpoch: session.stepsPerEpoch,
      rowsOfStep: rowsOfStep(training),
    },
    metadata,
  );
  session.saved = progress.seconds;
}

/** The outcome of training: the end as it was reported, and the tensors that are kept. */
export interface Trained {
  readonly end: EndEvent;
  readonly tensors: readonly NamedTensor[];
}

/** Goes back to the weights that are kept, measures them, and says how it ended. */
export async function finish(session: Session, reason: string): Promise<Trained> {
  const { training, device, data, folder, reporter, progress } = session;
  if (training.averaged) await useAverages(session);
  const current = await readTensors(device, keptTensors(training));
  const tensors = training.best ? (session.best ?? current) : current;
  writeTensors(device, tensors);
  const test = training.tests
    ? data.test && (await evaluate(training, device, data.test))
    : undefined;
  const validation = training.validates
    ? data.validation && (await evaluate(training, device, data.validation))
    : undefined;
  const end: EndEvent = {
    reason,
    epochs: progress.epoch,
    steps: progress.step,
    seconds: progress.seconds,
    backend: device.backend,
    ...(test && { test }),
    ...(validation && { validation }),
    ...(training.best && progress["bestEpoch"]! > 0
      ? { best: { epoch: progress["bestEpoch"]! } }
      : {}),
    // Of the rows that nothing was chosen by, where some are kept apart.
    ...(training.tables && {
      tables: await tablesOf(training, device, data.test ?? data.validation ?? data.train),
    }),
    paths: {
      ...(training.best && folder !== undefined && session.best
        ? { model: folder + "/best.safetensors" }
        : {}),
      ...(folder === undefined ? {} : pathsIn(training, folder)),
    },
  };
  reporter.end(end);
  return { end, tensors };
}

/** A few rows that can be predicted, or the text that a model of characters goes on with. */
export function examplesIn(training: TrainingDefinition, folder: string): string {
  return folder + (training.writer ? "/start.txt" : "/rows.json");
}

/** The files that were written. */
function pathsIn(training: TrainingDefinition, folder: string): Readonly<Record<string, string>> {
  return {
    last: folder + "/last.safetensors",
    resume: folder + "/resume.safetensors",
    metrics: folder + "/metrics.jsonl",
    rows: examplesIn(training, folder),
  };
}
