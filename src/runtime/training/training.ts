import type { TrainerOptions } from "../arguments.ts";
import { batchCount, batches } from "../batches.ts";
import { loadTensors } from "../checkpoint.ts";
import { countClassRows, lackingClasses } from "../class-rows.ts";
import type { Calibration } from "../device.ts";
import { UserError } from "../errors.ts";
import { saveRows, saveStart } from "../example-rows.ts";
import { onInterrupt } from "../interrupt.ts";
import { runsInNode } from "../platform.ts";
import { takeFolder } from "../run-lock.ts";
import { preparationFromText, preparationToText } from "../preparation-text.ts";
import type { Part, PreparedData } from "../prepare.ts";
import type { EndEvent, Metrics, Reporter } from "../reporter.ts";
import { identityFromMetadata, identityToMetadata, type RunIdentity } from "../run-identity.ts";
import type { TensorFile } from "../safetensors.ts";
import { updateCount } from "./accumulating.ts";
import { begin, examplesIn, finish, hasNothing, save, type Trained } from "./checkpoints.ts";
import { collectorsOf, tablesOf } from "./collecting.ts";
import { loadAgain, loadData, loadOther } from "./data.ts";
import type { TrainingDefinition } from "./definition.ts";
import { trainEpochs } from "./loop.ts";
import { keepState } from "./keeping.ts";
import { evaluate, evaluateViews } from "./measuring.ts";
import { openPrefetcher } from "./epoch-batches.ts";
import { momentOf, rowsOfStep, stepsInAll } from "./position.ts";
import { resume, stateBefore } from "./resuming.ts";
import {
  initialTensors,
  keptTensors,
  openDevice,
  pick,
  writeTensors,
  type Session,
} from "./session.ts";
import { loadTeacher } from "./teaching.ts";
import { unitTensors } from "./units.ts";
import { drawnAfresh } from "./warm-starts.ts";

/** Trains from the beginning, or on from where an earlier training stopped. Undefined when it was interrupted. */
export async function train(
  training: TrainingDefinition,
  options: TrainerOptions,
  reporter: Reporter,
): Promise<Trained | undefined> {
  const folder = folderOf(options);
  const letGo = folder === undefined ? undefined : await takeFolder(folder);
  return trainThere(training, options, reporter).finally(() => letGo?.());
}

/** Where files are kept; nowhere in a browser. */
function folderOf({ runDirectory = "run" }: TrainerOptions): string | undefined {
  return runsInNode() ? runDirectory : undefined;
}

async function trainThere(
  training: TrainingDefinition,
  options: TrainerOptions,
  reporter: Reporter,
): Promise<Trained | undefined> {
  const session = await openSession(training, options, reporter);
  const release = onInterrupt(() => {
    session.interrupted = true;
  });
  try {
    session.progress = options.resume
      ? await resume(session, options.accept)
      : await begin(session);
    reportStart(session, options.resume ? session.progress.epoch : undefined);
    if (session.folder !== undefined) await saveExamples(training, session.folder, session.data);
    const reason = await trainEpochs(session);
    if (reason === undefined) await keepState(session);
    if (!hasNothing(session)) await save(session);
    if (reason !== undefined) return await finish(session, reason);
    reporter.interrupted();
    return undefined;
  } finally {
    release();
    if (training.augmentWorker) session.prefetcher?.close();
    await session.device.dispose();
  }
}

/** Asks everything that could refuse a training (data, backend, the state to go on from), and neither trains nor writes. */
export async function rehearse(
  training: TrainingDefinition,
  options: TrainerOptions,
  reporter: Reporter,
): Promise<void> {
  const session = await openSession(training, options, reporter, false);
  try {
    await (options.resume ? resume(session, options.accept) : begin(session));
  } finally {
    if (training.augmentWorker) session.prefetcher?.close();
    await session.device.dispose();
  }
}

/** Reads the data and opens the device; a backend is measured for a training only. */
export async function openSession(
  training: TrainingDefinition,
  options: TrainerOptions,
  reporter: Reporter,
  calibrates = true,
): Promise<Session> {
  const dataSeed = options.seed ?? training.defaultSeed;
  const folder = folderOf(options);
  const before = options.resume ? await stateBefore(folder) : undefined;
  const bound = options.data.get(training.dataName) ?? before?.identity.bound;
  const data = await loadData(training, dataSeed, bound, options.fold);
  // A class that the data do not have is told before the first epoch is measured.
  if (training.collected) collectorsOf(training, data.train);
  const { length } = data.train.rows;
  if (training.trainsOnAll && length > training.batchSize) {
    throw new UserError(
      `This program trains on all rows at once and was made for ${training.batchSize}, but there are ${length}: build it again with this data.`,
    );
  }
  const epochs = options.epochs ?? training.defaultEpochs;
  const stepsPerEpoch = training.accumulate
    ? updateCount(training, length)
    : batchCount(length, training.batchSize);
  const totalSteps = stepsInAll(training, training.beginning, { epochs, stepsPerEpoch });
  // Each member of an ensemble has weights, an order of the rows and masks of its own; all have the same rows to train on.
  const seed = training.memberResults ? dataSeed + (options.member ?? 1) - 1 : dataSeed;
  const identity: RunIdentity = {
    settings: { ...training.settings, epochs: String(epochs), seed: String(dataSeed) },
    data: data.sources,
    ...(bound === undefined ? {} : { bound }),
    rows: countsOf(data),
    versions: versionsOf(training),
  };
  const metadata = {
    run: training.runName,
    model: training.modelName,
    seed: String(dataSeed),
    ...(training.memberResults && { member: String(options.member ?? 1) }),
    ...(training.folds && { fold: String(options.fold ?? 1) }),
    preparation: preparationToText(data.preparation),
    ...identityToMetadata(identity),
  };
  const place = { stepsPerEpoch, totalSteps };
  const calibration = calibrates ? firstStep(training, data, seed, place) : undefined;
  const device = await openDevice(training, options, seed, calibration);
  const session: Session = {
    training,
    device,
    data,
    seed,
    epochs,
    stepsPerEpoch,
    totalSteps,
    folder,
    identity,
    metadata,
    reporter,
    interrupted: false,
    progress: { ...training.beginning },
    begun: 0,
    saved: Number.NEGATIVE_INFINITY,
    ...(before && { before }),
  };
  if (training.augmentingOf) session.augmenting = training.augmentingOf(data.train);
  if (training.augmentWorker) session.prefetcher = openPrefetcher(training);
  if (training.moved) session.minimizer = training.newMinimizer();
  return session;
}

/** Rows of the data for a first prediction, in the form that predicting reads. */
async function saveExamples(
  training: TrainingDefinition,
  folder: string,
  { examples }: PreparedData,
): Promise<void> {
  const path = examplesIn(training, folder);
  if (training.writer) return saveStart(path, examples, training.writer.field);
  const inputs = training.modelInputs.map(({ name, field }) => [name, field] as const);
  await saveRows(path, examples, Object.fromEntries(inputs));
}

/** The first step, on tensors of its own: what is measured to choose a backend. */
function firstStep(
  training: TrainingDefinition,
  data: PreparedData,
  seed: number,
  place: Pick<Session, "stepsPerEpoch" | "totalSteps">,
): Calibration {
  return {
    plan: training.plans.train,
    variables: () => initialTensors(training, seed),
    call: () => {
      const { train } = data;
      const numbers = training.numbersOf(
        momentOf(training, { ...training.beginning, step: 1 }, place),
      );
      for (const batch of batches(train, train.rows, training.inputs, training.batchSize))
        return { rows: batch.rows, inputs: batch.fields, numbers, step: 1 };
      return undefined;
    },
  };
}

function countsOf({ train, validation, test }: PreparedData): RunIdentity["rows"] {
  return {
    train: train.rows.length,
    validation: validation?.rows.length ?? 0,
    test: test?.rows.length ?? 0,
  };
}

function versionsOf(training: TrainingDefinition): RunIdentity["versions"] {
  return { trainer: training.madeBy, ...(runsInNode() && { node: process.versions.node }) };
}

/** Says what is about to be trained, and on what. */
function reportStart(session: Session, resumedFrom: number | undefined): void {
  const { training, device, data, epochs, stepsPerEpoch, seed, reporter } = session;
  const { teacher, warmStarts = [], changes = [] } = session;
  const classes = training.countedLabels
    ? training.countedLabels.map((field) => countClassRows(field, data))
    : [];
  reporter.start({
    run: training.runName,
    model: training.modelName,
    data: training.dataName,
    backend: device.backend,
    reason: device.reason,
    parameters: training.parameterCount,
    rows: countsOf(data),
    ...(training.countedLabels && { classes }),
    epochs,
    stepsPerEpoch,
    batch: rowsOfStep(training),
    seed,
    notes: data.notes,
    ...(training.teacher && teacher && { teacher }),
    ...(training.warmFiles && warmStarts.length > 0
      ? { warmStarts, drawn: drawnAfresh(training, warmStarts) }
      : {}),
    ...(resumedFrom === undefined ? {} : { resumedFrom }),
    ...(changes.length > 0 ? { changes } : {}),
    ...(training.folds && {
      fold: { number: Number(session.metadata["fold"]), of: training.folds },
    }),
  });
  if (training.countedLabels)
    for (const remark of classes.flatMap(lackingClasses)) reporter.note(remark);
}

/** What a checkpoint reaches on rows that it was not trained on. */
export interface Measured {
  readonly metrics: Metrics;
  readonly tables?: EndEvent["tables"];
  readonly rows: number;
  readonly backend: string;
  readonly why: string;
  /** What has changed since the training. */
  readonly remarks: readonly string[];
}

/**
 * Measures a checkpoint on the rows that training kept apart, or on all rows of another file. The division of the rows and
 * what brings them to scale are those of the checkpoint.
 */
export async function evaluateCheckpoint(
  training: TrainingDefinition,
  checkpoint: string,
  options: TrainerOptions,
): Promise<Measured> {
  const file = await loadTensors(checkpoint);
  const remarks: string[] = [];
  const part = await measuredPart(training, file, checkpoint, options, (remark) =>
    remarks.push(remark),
  );
  const tensors = pick(file, keptTensors(training), checkpoint);
  const variables = () => new Map(tensors.map(({ name, values }) => [name, values]));
  const plan = training.plans.evaluate;
  const device = await openDevice(training, options, 0, { plan, variables });
  try {
    writeTensors(device, tensors);
    if (training.units) {
      const preparation = preparationFromText(file.metadata["preparation"], checkpoint);
      for (const [name, values] of unitTensors(training, preparation)) device.write(name, values);
    }
    if (training.teacher) await loadTeacher(training, device, folderOf(options));
    const metrics = { ...(await evaluate(training, device, part)) };
    if (training.measuredView && options.views === true)
      Object.assign(metrics, await evaluateViews(training, device, part));
    return {
      metrics,
      ...(training.tables && { tables: await tablesOf(training, device, part) }),
      rows: part.rows.length,
      backend: device.backend,
      why: device.reason,
      remarks,
    };
  } finally {
    await device.dispose();
  }
}

/**
 * The rows that a checkpoint is measured on: those of another file, or those that its training kept apart, never anything that it
 * was trained on unless there is nothing else. Labels are numbered and values scaled as in its training.
 */
export async function measuredPart(
  training: TrainingDefinition,
  file: TensorFile,
  checkpoint: string,
  options: TrainerOptions,
  tell: (remark: string) => void = () => undefined,
): Promise<Part> {
  const other = options.data.get(training.dataName);
  const preparation = preparationFromText(file.metadata["preparation"], checkpoint);
  if (other !== undefined) return loadOther(training, other, preparation);
  const identity = identityFromMetadata(file.metadata, checkpoint);
  if (identity === undefined)
    throw new UserError(
      `${checkpoint} does not say which rows it was trained on: name those to measure it on with --data ${training.dataName}=path.`,
    );
  const seed = Number(file.metadata["seed"] ?? training.defaultSeed);
  const fold = Number(file.metadata["fold"] ?? 1);
  const before = { identity, preparation };
  const { test, validation, train } = await loadAgain(training, seed, before, tell, fold);
  return test ?? validation ?? train;
}
