import type { TrainingDefinition } from "./definition.ts";
import type { Session } from "./session.ts";
import type { Moment, Progress } from "./types.ts";

/**
 * Where the batch that is in use began. A training that is gone on with by batches of another size counts the steps of its epochs
 * from there; schedules stay where they are in rows: they go on counting steps of the size that it all began with.
 */
interface Origin {
  readonly epoch: number;
  readonly step: number;
  /** The same step as schedules count. */
  readonly place: number;
  /** Steps of an epoch as schedules count. */
  readonly stepsPerEpoch: number;
}

/** Of a training whose batch was always the same, its first step. */
function originOf(progress: Progress, stepsPerEpoch: number): Origin {
  return {
    epoch: progress["originEpoch"] ?? 0,
    step: progress["originStep"] ?? 0,
    place: progress["originPlace"] ?? 0,
    stepsPerEpoch: progress["originStepsPerEpoch"] ?? stepsPerEpoch,
  };
}

/** Rows of a step, but for the last of an epoch. */
export function rowsOfStep(training: TrainingDefinition): number {
  return training.accumulate ? training.accumulate * training.batchSize : training.batchSize;
}

/** How many steps of the epoch that comes are done already, where training goes on after an interruption. */
export function stepsDone({
  progress,
  stepsPerEpoch,
}: Pick<Session, "progress" | "stepsPerEpoch">): number {
  const { epoch, step } = originOf(progress, stepsPerEpoch);
  return progress.step - step - (progress.epoch - epoch) * stepsPerEpoch;
}

/** The step after which training is done. */
export function stepsInAll(
  training: TrainingDefinition,
  progress: Progress,
  { epochs, stepsPerEpoch }: Pick<Session, "epochs" | "stepsPerEpoch">,
): number {
  const { epoch, step } = originOf(progress, stepsPerEpoch);
  const all = step + Math.max(0, epochs - epoch) * stepsPerEpoch;
  return training.mostSteps ? Math.min(training.mostSteps, all) : all;
}

/** Begins to count by batches of another size, of which an epoch has so many; `rows` are those of a step before and now. */
export function changeBatch(
  progress: Progress,
  before: { readonly stepsPerEpoch: number; readonly rows: number },
  now: { readonly stepsPerEpoch: number; readonly rows: number },
): void {
  const origin = originOf(progress, before.stepsPerEpoch);
  const done = stepsDone({ progress, stepsPerEpoch: before.stepsPerEpoch });
  const place = placeOf(progress, before.stepsPerEpoch);
  // Batches begin at multiples of their size: of an epoch that was broken off, a few rows may come again.
  const again = Math.floor((done * before.rows) / now.rows);
  progress["originEpoch"] = progress.epoch;
  progress["originStep"] = progress.step - again;
  progress["originPlace"] = place - (again * origin.stepsPerEpoch) / now.stepsPerEpoch;
  progress["originStepsPerEpoch"] = origin.stepsPerEpoch;
}

/** The step as schedules count. */
function placeOf(progress: Progress, stepsPerEpoch: number): number {
  const origin = originOf(progress, stepsPerEpoch);
  return origin.place + ((progress.step - origin.step) * origin.stepsPerEpoch) / stepsPerEpoch;
}

/** Where training stands, as schedules ask for it. */
export function momentOf(
  training: TrainingDefinition,
  progress: Progress,
  { stepsPerEpoch, totalSteps }: Pick<Session, "stepsPerEpoch" | "totalSteps">,
): Moment {
  const origin = originOf(progress, stepsPerEpoch);
  return {
    step: placeOf(progress, stepsPerEpoch),
    stepsPerEpoch: origin.stepsPerEpoch,
    totalSteps: placeOf({ ...progress, step: totalSteps }, stepsPerEpoch),
    ...(training.plateaus && { drops: training.plateaus.map(({ drops }) => progress[drops] ?? 0) }),
  };
}

/** The numbers that the device is given for a step, whose own number counts every update. */
export function numbersAt(session: Session): Readonly<Record<string, number>> {
  const { training, progress } = session;
  return { ...training.numbersOf(momentOf(training, progress, session)), step: progress.step };
}
