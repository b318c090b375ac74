import { formatNumber } from "../format-numbers.ts";
import type { Diverged } from "../reporter.ts";
import type { NamedTensor } from "../safetensors.ts";
import { endsUpdate } from "./accumulating.ts";
import { batchesDone, epochBatches } from "./epoch-batches.ts";
import { goBack, spoiledIn, type Spoiled } from "./keeping.ts";
import { trainingMetrics } from "./measuring.ts";
import { stepsDone } from "./position.ts";
import { keptTensors, readTensors, startOf, type Session } from "./session.ts";
import { runBatch } from "./steps.ts";

/**
 * Where it began that numbers are none: the epoch that was not kept is trained again from what is, up to the step whose loss is the
 * first that is no number, and then once more with a look at the weights before and after that step. The same steps give the same
 * numbers, so this finds it. Afterwards training stands at what is kept.
 */
export async function whereItBegan(session: Session): Promise<Diverged> {
  const epoch = session.kept!.progress.epoch + 1;
  let [last, loss] = [session.kept!.progress.step, 0];
  await stepsAgain(session, async (step) => {
    [last, loss] = [step, await lossNow(session)];
    return !Number.isFinite(loss);
  });
  let before = session.kept!.used;
  let first: (Spoiled & { readonly step: number }) | undefined;
  await stepsAgain(session, async (step) => {
    if (step < last - 1) return false;
    const weights = await readTensors(session.device, keptTensors(session.training));
    const spoiled = spoiledIn(weights);
    if (spoiled !== undefined) first = { step, ...spoiled };
    else if (step < last) before = weights;
    return spoiled !== undefined || step === last;
  });
  goBack(session);
  if (session.interrupted) return { epoch };
  // A weight that was spoiled in the step before is the cause, and the loss its consequence.
  const ofLoss = Number.isFinite(loss) || (first && first.step < last) ? {} : { loss };
  return { epoch, step: last, ...ofLoss, ...(first ?? greatestIn(before)) };
}

/** The weight that is furthest from 0. */
function greatestIn(tensors: readonly NamedTensor[]): Spoiled {
  let greatest: Spoiled = { tensor: tensors[0]!.name, value: 0 };
  for (const { name, values } of tensors)
    for (const value of values)
      if (Math.abs(value) > Math.abs(greatest.value)) greatest = { tensor: name, value };
  return greatest;
}

/** Goes back and makes the steps of the epoch again until it is enough, which is asked after each of them. */
async function stepsAgain(
  session: Session,
  isEnough: (step: number) => Promise<boolean>,
): Promise<void> {
  const { training, device, totalSteps } = session;
  goBack(session);
  const { progress } = session;
  const done = training.accumulate ? batchesDone(session) : stepsDone(session);
  if (done === 0)
    for (const [name, zero] of training.monitors.map(startOf)) device.write(name, zero);
  for await (const batch of epochBatches(session)) {
    if (batch.number <= done) continue;
    if (session.interrupted) return;
    await runBatch(session, batch);
    if (training.accumulate) {
      if (!endsUpdate(session, batch.number)) continue;
    }
    if ((await isEnough(progress.step)) || progress.step === totalSteps) return;
  }
}

/** Over the rows of this epoch so far. */
async function lossNow({ training, device }: Session): Promise<number> {
  return (await trainingMetrics(training, device))["loss"]!;
}

/** "diverged in step 241 (epoch 4): the loss became NaN, and h1.weight has the value Infinity; kept is epoch 3" */
export function describeDiverged({ epoch, step, loss, tensor, value }: Diverged): string {
  const where = step === undefined ? `in epoch ${epoch}` : `in step ${step} (epoch ${epoch})`;
  const said = [
    ...(loss === undefined ? [] : [`the loss became ${loss}`]),
    ...(tensor === undefined ? [] : [describeWeight(tensor, value!, loss !== undefined)]),
  ];
  const kept = epoch === 1 ? "there is nothing to keep yet" : `kept is epoch ${epoch - 1}`;
  return `diverged ${where}${said.length === 0 ? "" : `: ${said.join(", ")}`}; ${kept}`;
}

function describeWeight(tensor: string, value: number, isAlso: boolean): string {
  if (!Number.isFinite(value)) return `${isAlso ? "and " : ""}${tensor} got the value ${value}`;
  return `with weights of up to ${formatNumber(value)} (${tensor})`;
}
