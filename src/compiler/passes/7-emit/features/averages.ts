import { batchShare, refreshesStatistics } from "../../3-lower/averages.ts";
import { literal, name, nothing, ts, type Code } from "../code.ts";
import type { RunShape } from "../run-shape.ts";
import type { TrainFeature } from "./feature.ts";

/** `average: …`: the averages, which the step keeps up to date, stand in for the weights wherever these are used and not trained. */
export function averages(shape: RunShape): TrainFeature | undefined {
  const {
    run,
    emission: { compiled },
  } = shape;
  if (run.average === undefined) return undefined;
  const states = new Set(compiled.states.map(({ name }) => name));
  const averaged = [
    ...compiled.parameters.map(({ path }) => path),
    ...compiled.states.map(({ name }) => name),
  ].filter((path) => states.has(`${path}/averaged`));
  const refreshes = refreshesStatistics(run);
  return {
    settings: ts`
/** Tensors of which averages are kept: these are measured, saved and predicted with. Training goes on from the weights themselves. */
const averaged: readonly string[] = ${literal(averaged)};`,
    sessionFields: ts`  /** The weights of the training, while their averages stand in their place. */
  waiting: readonly NamedTensor[];${
    refreshes
      ? ts`
  /** The running statistics that belong to the averages of a step. */
  refreshed: { readonly step: number; readonly tensors: readonly NamedTensor[] } | undefined;`
      : nothing
  }`,
    sessionValues: ts`waiting: [],${refreshes ? ts` refreshed: undefined,` : nothing}`,
    beforeUse: ts`await useAverages(session, progress);`,
    afterUse: ts`writeTensors(device, session.waiting);`,
    functions: ts`/** Puts the averages in the place of the weights, which wait. Before the first step there are none. */
async function useAverages(session: Session, progress: Progress): Promise<void> {
  const { device } = session;
  session.waiting = await readTensors(device, kept);
  if (progress.step === 0) return;
  for (const name of averaged) device.write(name, await device.read(name + "/averaged"));
  ${refreshes ? ts`await useStatistics(session, progress.step);` : nothing}
}
${refreshes ? statistics(run.average) : nothing}`,
  };
}

/** Running statistics were those of the weights; averages of weights need their own (Izmailov et al. 2018, section 3.2). */
function statistics(average: NonNullable<RunShape["run"]["average"]>): Code {
  if (average.kind !== "swa") return nothing;
  const { amount, unit } = average.every;
  const interval =
    unit === "step"
      ? literal(amount)
      : amount === 1
        ? ts`stepsPerEpoch`
        : ts`${literal(amount)} * stepsPerEpoch`;
  return ts`
/** Running statistics for the averages: over the training rows as they lie, the mean of what each batch has. */
async function useStatistics(session: Session, step: number): Promise<void> {
  const { device, data, ${unit === "step" ? nothing : ts`stepsPerEpoch,`} totalSteps } = session;
  const interval = ${interval};
  const begin = Math.max(Math.ceil((totalSteps * ${literal(average.start)}) / interval), 1) * interval;
  if (step <= begin) return;
  if (session.refreshed?.step !== step) {
    for (const { number, rows, fields } of batches(data.train, data.train.rows, inputs, batchSize)) {
      device.run(plans.statistics, { rows, inputs: fields, numbers: { ${name(batchShare)}: 1 / number }, step: number });
    }
    session.refreshed = { step, tensors: await readTensors(device, statistics) };
  }
  writeTensors(device, session.refreshed.tensors);
}`;
}
