import { openMetricsLog } from "../metrics-log.ts";
import { isBetter } from "../stopping.ts";
import { beginsUpdate, endsUpdate } from "./accumulating.ts";
import { useAverages, useWeights } from "./averages.ts";
import { save, saveOnTheWay } from "./checkpoints.ts";
import { describeDiverged, whereItBegan } from "./diverging.ts";
import { keepState, spoiledIn } from "./keeping.ts";
import { evaluate, trainingMetrics } from "./measuring.ts";
import { updatePlateaus } from "./plateaus.ts";
import { batchesDone, epochBatches } from "./epoch-batches.ts";
import { momentOf, stepsDone } from "./position.ts";
import { keptTensors, readTensors, startOf, type Session } from "./session.ts";
import { runBatch } from "./steps.ts";
import { fingerprints, tellStill } from "./still-tensors.ts";
import { stopReason, stopReasonOfStep, watchedResults } from "./stopping.ts";
import type { EpochMetrics } from "./types.ts";
import { isUndefined, tellUndefined } from "./undefined-metrics.ts";

/** While epochs are short, files are not written after each; they are at the end, and when interrupted. */
const secondsBetweenSaves = 2;

/** Epoch after epoch until a limit is reached or a condition holds: the reason, or undefined when interrupted. */
export async function trainEpochs(session: Session): Promise<string | undefined> {
  const { training, folder, progress, totalSteps } = session;
  const log =
    folder === undefined
      ? undefined
      : await openMetricsLog(
          folder + "/metrics.jsonl",
          progress.step === 0 ? undefined : progress.epoch,
        );
  await keepState(session);
  const first = training.moved || progress.step > 0 ? undefined : await fingerprints(session);
  session.begun = performance.now() - progress.seconds * 1000;
  // An interrupt after the last step leaves an epoch that is not measured yet.
  while (progress.step < totalSteps || (progress.step === totalSteps && stepsDone(session) > 0)) {
    const ended = await trainEpoch(session);
    progress.seconds = secondsTrained(session);
    if (session.interrupted) return undefined;
    progress.epoch++;
    const { epoch, step, seconds } = progress;
    const rate = training.learningRate(momentOf(training, progress, session));
    const { metrics, best } = await measureEpoch(session);
    if (training.undefinable) tellUndefined(session, metrics);
    if (training.plateaus) updatePlateaus(session, metrics);
    const isSound =
      Number.isFinite(metrics.train["loss"]) && (await keepState(session)) === undefined;
    const stopped = training.stopRules
      ? await stopReason(session, training.watchedMetrics ? watchedResults(training, metrics) : [])
      : undefined;
    session.reporter.epoch({
      epoch,
      epochs: session.epochs,
      step,
      seconds,
      rate,
      ...metrics,
      ...(training.best && { best }),
    });
    await log?.append({ epoch, step, seconds, rate, ...metrics });
    // A rate of 0, as at the beginning of a warm-up, moves nothing.
    if (first !== undefined && epoch === 1 && rate !== 0) await tellStill(session, first);
    // After its line in the log: whatever ends the process now, what is resumed has all lines before it.
    if (isSound && seconds - session.saved >= secondsBetweenSaves) await save(session);
    if (training.saveEveryEpochs && folder !== undefined && epoch % training.saveEveryEpochs === 0)
      await saveOnTheWay(session, "epoch-" + epoch);
    if (!isSound) return await giveUp(session);
    if (ended !== undefined) return ended;
    if (training.stopRules && stopped !== undefined) return stopped;
    if (training.moved && session.foundNothing)
      return "nothing lower is found along the direction: this is as far as numbers of 32 bits tell";
  }
  if (training.mostSteps && progress.step === training.mostSteps) return "all steps are done";
  return "all epochs are done";
}

/** Numbers that are none do not come back: says where that began, and goes back to what is kept. */
async function giveUp(session: Session): Promise<string> {
  session.reporter.note("the loss or a weight is no number any more; looking for where that began");
  session.diverged = await whereItBegan(session);
  return describeDiverged(session.diverged);
}

function secondsTrained({ begun }: Session): number {
  return (performance.now() - begun) / 1000;
}

/** What the epoch that was trained reaches, and whether that is the best so far, whose tensors are kept. */
async function measureEpoch(
  session: Session,
): Promise<{ readonly metrics: EpochMetrics; readonly best: boolean }> {
  const { training, device, data } = session;
  if (training.averaged) await useAverages(session);
  const train = await trainingMetrics(training, device);
  const validation = training.validates
    ? data.validation && (await evaluate(training, device, data.validation))
    : undefined;
  const metrics = { train, ...(validation && { validation }) };
  const best = training.best ? await keepBest(session, metrics) : false;
  if (training.averaged) useWeights(session);
  return { metrics, best };
}

/** Keeps the tensors of the epoch if it is the best so far; tells whether it is. */
async function keepBest(session: Session, metrics: EpochMetrics): Promise<boolean> {
  const { training, progress } = session;
  const { part, metric, better } = training.best!;
  const measured = metrics[part]?.[metric] ?? Number.NaN;
  if (training.undefinable) {
    if (isUndefined(training, metric, measured)) return keepLowestLoss(session, metrics);
    // The first time that it is defined, it takes the place of the loss.
    if (progress["bestByLoss"] === 1) progress["bestEpoch"] = progress["bestByLoss"] = 0;
  }
  const improved =
    Number.isFinite(measured) &&
    (progress["bestEpoch"] === 0 || isBetter(better, measured, progress["bestValue"]!));
  if (!improved) return false;
  return keepEpoch(session, measured);
}

/** While what decides is not defined, the epoch with the lowest loss is the best. */
async function keepLowestLoss(session: Session, metrics: EpochMetrics): Promise<boolean> {
  const { training, progress } = session;
  const loss = metrics[training.best!.part]?.["loss"] ?? Number.NaN;
  const isFirst = progress["bestEpoch"] === 0;
  const isLower = progress["bestByLoss"] === 1 && loss < progress["bestValue"]!;
  if (!Number.isFinite(loss) || !(isFirst || isLower)) return false;
  const kept = await keepEpoch(session, loss);
  if (kept) progress["bestByLoss"] = 1;
  return kept;
}

async function keepEpoch(session: Session, measured: number): Promise<boolean> {
  const { training, device, progress } = session;
  const tensors = await readTensors(device, keptTensors(training));
  if (spoiledIn(tensors) !== undefined) return false;
  progress["bestEpoch"] = progress.epoch;
  progress["bestValue"] = measured;
  session.best = tensors;
  session.bestWaits = true;
  return true;
}

/** The steps of the epoch that comes, as far as they are still to be done; the reason why training ends among them, if it does. */
async function trainEpoch(session: Session): Promise<string | undefined> {
  const { training, device, epochs, stepsPerEpoch, totalSteps, reporter, progress } = session;
  const epoch = progress.epoch + 1;
  const done = training.accumulate ? batchesDone(session) : stepsDone(session);
  if (done === 0)
    for (const [name, zero] of training.monitors.map(startOf)) device.write(name, zero);
  let shown = performance.now();
  for await (const batch of epochBatches(session)) {
    if (batch.number <= done) continue;
    if (!training.accumulate || beginsUpdate(training, batch.number))
      if (session.interrupted || progress.step === totalSteps) break;
    const { rows } = batch;
    await runBatch(session, batch);
    if (training.accumulate) {
      if (!endsUpdate(session, batch.number)) {
        if (performance.now() - shown >= 200) await pause();
        continue;
      }
    }
    if (training.saveEverySteps || training.saveEverySeconds) await saveWhenDue(session);
    const place = { epoch, epochs, step: batch.number, stepsPerEpoch, rows };
    if (training.accumulate) place.step = stepsDone(session);
    if (performance.now() - shown < 200) reporter.batch(place);
    else {
      await pause();
      const { loss } = await trainingMetrics(training, device);
      reporter.batch(loss === undefined ? place : { ...place, loss });
      shown = performance.now();
      // What follows in this epoch could not make it a number again.
      if (!Number.isFinite(loss)) return undefined;
    }
    if (training.stepRules) {
      const reason = stopReasonOfStep(training, secondsTrained(session), progress.step);
      if (reason !== undefined) return reason;
    }
  }
  return undefined;
}

/** Saves the weights on the way, after so many steps or so much time. */
async function saveWhenDue(session: Session): Promise<void> {
  const { training, folder, progress } = session;
  if (folder === undefined) return;
  if (training.saveEverySteps && progress.step % training.saveEverySteps !== 0) return;
  if (training.saveEverySeconds) {
    const due = Math.floor(secondsTrained(session) / training.saveEverySeconds);
    if (due <= progress["timedSaves"]!) return;
    progress["timedSaves"] = due;
  }
  await saveOnTheWay(session, "step-" + progress.step);
}

/** A moment for Ctrl-C to be heard and for a page to be drawn. */
function pause(): Promise<void> {
  return new Promise((settle) => {
    setTimeout(settle, 0);
  });
}
