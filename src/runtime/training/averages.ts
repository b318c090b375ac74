import { batches } from "../batches.ts";
import { momentOf } from "./position.ts";
import { keptTensors, readTensors, writeTensors, type Session } from "./session.ts";

/** Puts the averages in the place of the weights, which wait. Before the first step there are none. */
export async function useAverages(session: Session): Promise<void> {
  const { training, device, progress } = session;
  session.waiting = await readTensors(device, keptTensors(training));
  if (progress.step === 0) return;
  for (const { name, average } of training.averaged!)
    device.write(name, await device.read(average));
  if (training.refreshing) await useStatistics(session, progress.step);
}

/** Back to the weights themselves. */
export function useWeights({ device, waiting = [] }: Session): void {
  writeTensors(device, waiting);
}

/**
 * Running statistics were those of the weights; averages of weights need their own (Izmailov et al. 2018, section 3.2): over
 * the training rows as they lie, the mean of what each batch has.
 */
async function useStatistics(session: Session, step: number): Promise<void> {
  const { training, device, data } = session;
  if (momentOf(training, session.progress, session).step <= averagingBegins(session)) return;
  if (session.refreshed?.step !== step) {
    for (const batch of batches(data.train, data.train.rows, training.inputs, training.batchSize)) {
      const numbers = { [training.refreshing!.share]: 1 / batch.number };
      device.run(training.plans.statistics!, {
        rows: batch.rows,
        inputs: batch.fields,
        numbers,
        step,
      });
    }
    session.refreshed = { step, tensors: await readTensors(device, training.statistics) };
  }
  writeTensors(device, session.refreshed.tensors);
}

/** The step after which the first weights enter the averages. */
function averagingBegins(session: Session): number {
  const { training, progress } = session;
  const { stepsPerEpoch, totalSteps } = momentOf(training, progress, session);
  const { start, everySteps, everyEpochs = 1 } = training.refreshing!;
  const interval = everySteps ?? everyEpochs * stepsPerEpoch;
  return Math.max(Math.ceil((totalSteps * start) / interval), 1) * interval;
}
