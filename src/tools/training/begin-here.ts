import { silentReporter } from "../../runtime/reporter.ts";
import type { Emission } from "../../targets/trainer/emission.ts";
import { batchCount, type Batch } from "../../runtime/batches.ts";
import type { Device } from "../../runtime/device.ts";
import { isUserError, UserError } from "../../runtime/errors.ts";
import { updateCount } from "../../runtime/training/accumulating.ts";
import { begin } from "../../runtime/training/checkpoints.ts";
import { loadData } from "../../runtime/training/data.ts";
import type { TrainingDefinition } from "../../runtime/training/definition.ts";
import { epochBatches, openPrefetcher } from "../../runtime/training/epoch-batches.ts";
import type { Session } from "../../runtime/training/session.ts";
import { makeDefinition } from "./make-definition.ts";

export interface BeginningOptions {
  readonly seed: number;
  /** A file in the place of the data's source. */
  readonly data?: string;
  /** The folder of the run, where weights of other runs are looked for beside it. */
  readonly folder: string;
  /** Where relative paths start from. */
  readonly here: string;
}

/** The first batch of a training, and every tensor that it starts from. */
export interface Begun {
  readonly rows: number;
  readonly fields: ReadonlyMap<string, Float32Array>;
  readonly tensors: ReadonlyMap<string, Float32Array>;
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
  /** Why weights that the run loads are not there. */
  readonly missing?: string;
}

/** What a run begins with, as its training would make it. */
export async function beginHere(
  emission: Emission,
  { seed, data: path, folder, here }: BeginningOptions,
): Promise<Begun> {
  const { train } = emission.compiled.plans;
  const inputs = train.buffers.filter(
    ({ role, aliasOf }) => role === "input" && aliasOf === undefined,
  );
  const training = {
    ...(await makeDefinition(emission, here)),
    inputs: inputs.map(({ name }) => name),
  };
  const tensors = new Map<string, Float32Array>();
  const data = await loadData(training, seed, path);
  const stepsPerEpoch = stepsOf(training, data.train.rows.length);
  const all = training.defaultEpochs * stepsPerEpoch;
  const session = sessionOf(training, {
    ...{ data, seed, folder, stepsPerEpoch, totalSteps: Math.min(training.mostSteps ?? all, all) },
    device: writingInto(tensors),
  });
  const missing = await missingWeights(session, tensors);
  try {
    const batch = await firstBatch(session);
    const share = (values: Float32Array): Float32Array =>
      values.slice(0, (values.length / training.batchSize) * batch.rows);
    return {
      rows: batch.rows,
      fields: new Map(Object.entries(batch.fields).map(([name, values]) => [name, share(values)])),
      tensors,
      stepsPerEpoch,
      totalSteps: session.totalSteps,
      ...(missing !== undefined && { missing }),
    };
  } finally {
    session.prefetcher?.close();
  }
}

/** How many steps an epoch of so many rows has. */
export function stepsOf(training: TrainingDefinition, rows: number): number {
  return training.accumulate === undefined
    ? batchCount(rows, training.batchSize)
    : updateCount(training, rows);
}

/** A device that remembers what is written, and computes nothing. */
function writingInto(tensors: Map<string, Float32Array>): Device {
  const refuse = (): never => {
    throw new Error("nothing is computed before the first step");
  };
  return {
    backend: "cpu",
    reason: "",
    write: (name, values) => void tensors.set(name, values),
    read: refuse,
    run: refuse,
    result: refuse,
    dispose: () => Promise.resolve(),
  };
}

/** A training before its first step, that nobody is told of. */
export function sessionOf(
  training: TrainingDefinition,
  given: Pick<Session, "data" | "seed" | "folder" | "stepsPerEpoch" | "totalSteps" | "device">,
): Session {
  const session: Session = {
    ...{ training, epochs: training.defaultEpochs, metadata: { seed: String(given.seed) } },
    ...given,
    reporter: silentReporter,
    interrupted: false,
    progress: { ...training.beginning },
    begun: 0,
    saved: 0,
  };
  if (training.augmentingOf) session.augmenting = training.augmentingOf(given.data.train);
  if (training.augmentWorker) session.prefetcher = openPrefetcher(training);
  return session;
}

/** Weights that are not there are drawn as if nothing were loaded; why is told. */
async function missingWeights(
  session: Session,
  tensors: Map<string, Float32Array>,
): Promise<string | undefined> {
  try {
    await begin(session);
    return undefined;
  } catch (error) {
    if (!isUserError(error)) throw error;
    // A teacher that is not there is nothing, and no zeros.
    for (const { name } of session.training.teacherTensors) tensors.delete(name);
    return error.message;
  }
}

/** The first rows of the first epoch, as training is given them. */
export async function firstBatch(session: Session): Promise<Batch> {
  for await (const batch of epochBatches(session)) return batch;
  throw new UserError("There are no training rows to look at.");
}
