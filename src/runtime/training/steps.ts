import type { Batch } from "../batches.ts";
import type { DeviceCall } from "../device.ts";
import { dueAt, invertFactors } from "../kronecker.ts";
import { planObjective, pointOf } from "../whole-objective.ts";
import { beginsUpdate, callInUpdate } from "./accumulating.ts";
import { momentOf, numbersAt } from "./position.ts";
import { startOf, type Session } from "./session.ts";

/** Runs a batch: a step, or its part of one. */
export async function runBatch(session: Session, batch: Batch): Promise<void> {
  const { training, progress } = session;
  const { number, rows, fields } = batch;
  if (!training.accumulate || beginsUpdate(training, number)) progress.step++;
  const numbers = numbersAt(session);
  if (training.accumulate)
    await runStep(session, { rows, inputs: fields, ...callInUpdate(session, batch, numbers) });
  else await runStep(session, { rows, inputs: fields, numbers, step: progress.step });
}

/** One step, by the method of the run. */
export async function runStep(session: Session, call: DeviceCall): Promise<void> {
  const { training, device } = session;
  if (training.moved) await iterate(session, call);
  else {
    if (training.curved) await stepWithFactors(session, call);
    else device.run(training.plans.train, call);
    if (training.initialValues) {
      // Batch after batch the results are those of all of the first update so far.
      if (training.accumulate) {
        if (session.progress.step === 1) await keepInitialValues(session);
      } else if (call.step === 1) await keepInitialValues(session);
    }
  }
}

/** Results of the first step that conditions speak of. */
async function keepInitialValues({ training, device, progress }: Session): Promise<void> {
  for (const { result, counter } of training.initialValues!)
    progress[counter] = (await device.result(training.plans.train, result))[0]!;
}

/**
 * One iteration of a method that moves all weights together on the host, with as many evaluations as it wants: the device
 * ends at the new weights, and what is reported of the epoch is measured there.
 */
async function iterate(session: Session, call: DeviceCall): Promise<void> {
  const { training, device } = session;
  const objective = planObjective(
    device,
    training.plans.train,
    call,
    training.moved!,
    training.monitors.map(startOf),
  );
  const from =
    session.standing ?? (await objective.evaluate(await pointOf(device, training.moved!)));
  if (training.initialValues && call.step === 1) await keepInitialValues(session);
  const rate = training.learningRate(momentOf(training, session.progress, session));
  session.standing = await session.minimizer!.next(objective, from, rate);
  session.foundNothing = session.standing === from;
  await objective.goTo(session.standing);
}

/** K-FAC: when inverses are due, the step's factors come first, the host inverts them, and then the step is made. */
async function stepWithFactors({ training, device }: Session, call: DeviceCall): Promise<void> {
  const due = dueAt(training.curved!, call.step);
  if (due.length === 0) {
    device.run(training.plans.train, call);
    return;
  }
  // The factors of this very step go into its inverses, so the plan runs for them alone first.
  const without = (number: string): DeviceCall => ({
    ...call,
    numbers: { ...call.numbers, [number]: 0 },
  });
  device.run(training.plans.train, without(training.curvatureNumbers.apply));
  await invertFactors(device, due);
  device.run(training.plans.train, without(training.curvatureNumbers.measure));
}
