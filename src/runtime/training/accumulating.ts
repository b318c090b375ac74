import { batchCount, type Batch } from "../batches.ts";
import type { DeviceCall } from "../device.ts";
import type { TrainingDefinition } from "./definition.ts";
import type { Session } from "./session.ts";

/** How many updates an epoch of so many rows has; the last may have fewer batches than the others. */
export function updateCount(training: TrainingDefinition, rows: number): number {
  return Math.ceil(batchCount(rows, training.batchSize) / training.accumulate!);
}

/** Whether a batch of this number, from 1, is the first of its update: only there can training stop, so that no update is half made. */
export function beginsUpdate(training: TrainingDefinition, number: number): boolean {
  const before = (number - 1) % training.accumulate!;
  return before === 0;
}

/** Whether it is the last: a whole group is there, or the epoch ends. */
export function endsUpdate({ training, data }: Session, number: number): boolean {
  const last = batchCount(data.train.rows.length, training.batchSize);
  return number === last || beginsUpdate(training, number + 1);
}

/** What a batch is to its update, and the number by which its random numbers are drawn: that of the batch among all of the run. */
export function callInUpdate(
  session: Session,
  { number }: Batch,
  numbers: DeviceCall["numbers"],
): Pick<DeviceCall, "numbers" | "step"> {
  const { training, data, progress } = session;
  const batches = batchCount(data.train.rows.length, training.batchSize);
  return {
    numbers: {
      ...numbers,
      [training.updateNumbers.begins]: beginsUpdate(training, number) ? 1 : 0,
      [training.updateNumbers.ends]: endsUpdate(session, number) ? 1 : 0,
    },
    step: progress.epoch * batches + number,
  };
}
