import { saveResume, saveTensors } from "../checkpoint.ts";
import type { EndEvent } from "../reporter.ts";
import type { NamedTensor } from "../safetensors.ts";
import { tablesOf } from "./collecting.ts";
import type { TrainingDefinition } from "./definition.ts";
import { spoiledIn, usedTensors } from "./keeping.ts";
import { evaluate } from "./measuring.ts";
import { rowsOfStep } from "./position.ts";
import { initialTensors, writeTensors, type Session } from "./session.ts";
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

/** A file of the weights for use, on the way. */
export async function saveOnTheWay(session: Session, name: string): Promise<void> {
  const path = session.folder + "/" + name + ".safetensors";
  const tensors = await usedTensors(session);
  if (spoiledIn(tensors) === undefined) await saveTensors(path, tensors, session.metadata);
}

/** Writes what is kept: the weights for use, and everything else for going on. */
export async function save(session: Session): Promise<void> {
  const { training, folder, metadata, kept } = session;
  if (folder === undefined || kept === undefined) return;
  if (training.best) {
    if (session.best && session.bestWaits)
      await saveTensors(folder + "/best.safetensors", session.best, metadata);
    session.bestWaits = false;
  }
  const { progress, used, state } = kept;
  const finite = Object.entries(progress).filter(([, value]) => Number.isFinite(value));
  await saveTensors(folder + "/last.safetensors", used, metadata);
  await saveResume(
    folder + "/resume.safetensors",
    state,
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
  const { training, device, data, folder, reporter, progress, diverged } = session;
  const current = session.kept!.used;
  const tensors = training.best ? (session.best ?? current) : current;
  if (hasNothing(session)) return finishWithNothing(session, reason);
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
    ...(diverged && { diverged }),
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

/** Whether it diverged before there was anything to keep. */
export function hasNothing({ diverged, kept }: Session): boolean {
  return diverged !== undefined && kept!.progress.epoch === 0;
}

function finishWithNothing(
  { progress, device, reporter, kept, diverged }: Session,
  reason: string,
): Trained {
  const end: EndEvent = {
    reason,
    epochs: progress.epoch,
    steps: progress.step,
    seconds: progress.seconds,
    backend: device.backend,
    ...(diverged && { diverged }),
    paths: {},
  };
  reporter.end(end);
  return { end, tensors: kept!.used };
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
