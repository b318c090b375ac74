import { augmentedBatches } from "../augment.ts";
import { batches, epochOrder, type Batch } from "../batches.ts";
import { runsInNode } from "../platform.ts";
import { startNodeThread, startPageThread, type StartThread } from "../prefetch-thread.ts";
import { Prefetcher } from "../prefetch.ts";
import type { TrainingDefinition } from "./definition.ts";
import { stepsDone } from "./position.ts";
import type { Session } from "./session.ts";

/** The batches of the epoch that comes, in an order that the seed and the epoch decide. */
export function epochBatches(session: Session): Iterable<Batch> | AsyncIterable<Batch> {
  const { training, data, seed, progress } = session;
  const { train } = data;
  // The same rows in the same order: sums in 32 bits then differ by nothing but the weights.
  if (training.moved) return batches(train, train.rows, training.inputs, training.batchSize);
  const epoch = progress.epoch + 1;
  const order = epochOrder(train.rows, seed, epoch);
  if (!training.augmentingOf) return batches(train, order, training.inputs, training.batchSize);
  const at = { order, seed, epoch, done: stepsDone(session) };
  if (training.accumulate) at.done = batchesDone(session);
  const augmenting = session.augmenting!;
  if (training.augmentWorker) {
    const prefetcher = session.prefetcher!;
    return prefetcher.batches(train, at, training.inputs, training.batchSize, augmenting);
  }
  return augmentedBatches(train, at, training.inputs, training.batchSize, augmenting);
}

/** How many batches those steps took. */
export function batchesDone(session: Session): number {
  return stepsDone(session) * session.training.accumulate!;
}

/** Makes augmented batches ahead in a worker, where there can be one; otherwise between the steps. */
export function openPrefetcher(training: TrainingDefinition): Prefetcher {
  return new Prefetcher(startThread(training));
}

function startThread(training: TrainingDefinition): StartThread {
  const worker = training.augmentWorker!();
  if (runsInNode()) return startNodeThread(worker);
  return startPageThread(() => new Worker(worker, { type: "module" }));
}
