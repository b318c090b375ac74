import type { Inspection } from "../../compiler/inspect.ts";
import { clockNames, inspectedName } from "../../compiler/plan/names.ts";
import type { Emission } from "../../targets/trainer/emission.ts";
import type { Batch } from "../../runtime/batches.ts";
import type { BackendChoice } from "../../runtime/device.ts";
import { begin } from "../../runtime/training/checkpoints.ts";
import { loadData } from "../../runtime/training/data.ts";
import type { TrainingDefinition } from "../../runtime/training/definition.ts";
import type { Session } from "../../runtime/training/session.ts";
import { openDevice } from "../../runtime/training/session.ts";
import { describeValues, type ValueStatistics } from "../../runtime/value-statistics.ts";
import { firstBatch, sessionOf, stepsOf } from "./begin-here.ts";
import { makeDefinition, plansOf } from "./make-definition.ts";

export interface InspectionOptions {
  readonly backend: BackendChoice;
  readonly seed?: number;
  /** A file in the place of the data's source. */
  readonly data?: string;
  /** The folder of the run, where weights of other runs are looked for beside it. */
  readonly folder: string;
  /** Where relative paths start from. */
  readonly here: string;
}

export interface Spread {
  readonly value: ValueStatistics;
  readonly gradient: ValueStatistics;
}

/** What one batch shows of a network as it begins. */
export interface Inspected {
  readonly backend: string;
  readonly rows: number;
  readonly seed: number;
  readonly loss: number;
  readonly inputs: readonly { readonly name: string; readonly value: ValueStatistics }[];
  readonly values: readonly Spread[];
  readonly weights: readonly (Spread & { readonly name: string })[];
}

/** One batch through the network as its run begins: the spread of every value and gradient that the plan gives. */
export async function inspectHere(
  emission: Omit<Emission, "compiled">,
  inspection: Inspection,
  options: InspectionOptions,
): Promise<Inspected> {
  const training = await definitionFor(emission, inspection, options.here);
  const session = await openSession(training, options);
  const { device } = session;
  try {
    await begin(session);
    const batch = await firstBatch(session);
    const { stepsPerEpoch, totalSteps } = session;
    const numbers = {
      [clockNames.step]: 1,
      [clockNames.stepsPerEpoch]: stepsPerEpoch,
      [clockNames.totalSteps]: totalSteps,
    };
    device.run(training.plans.train, { rows: batch.rows, inputs: batch.fields, numbers, step: 1 });
    const [loss = Number.NaN] = await device.result(training.plans.train, "loss");
    return {
      ...{ backend: device.backend, rows: batch.rows, seed: session.seed, loss },
      inputs: inputsOf(session, batch),
      values: await valuesOf(session, inspection, batch.rows),
      weights: await weightsOf(session, inspection),
    };
  } finally {
    session.prefetcher?.close();
    await device.dispose();
  }
}

/** The run as it trains, with the plan that gives its values in the place of the step. */
async function definitionFor(
  emission: Omit<Emission, "compiled">,
  { run, inspected }: Inspection,
  here: string,
): Promise<TrainingDefinition> {
  const inputs = inspected.plans.train.buffers.filter(
    ({ role, aliasOf }) => role === "input" && aliasOf === undefined,
  );
  return {
    ...(await makeDefinition({ ...emission, compiled: run }, here)),
    ...plansOf(inspected),
    inputs: inputs.map(({ name }) => name),
    // Nothing is trained: what a step remembers is not on the device.
    slots: [],
    monitors: [],
  };
}

async function openSession(
  training: TrainingDefinition,
  { backend, seed = training.defaultSeed, data: path, folder }: InspectionOptions,
): Promise<Session> {
  const data = await loadData(training, seed, path);
  const stepsPerEpoch = stepsOf(training, data.train.rows.length);
  const options = {
    backend,
    data: new Map<string, string>(),
    resume: false,
    format: "json",
  } as const;
  return sessionOf(training, {
    ...{ data, seed, folder, stepsPerEpoch, totalSteps: stepsPerEpoch },
    device: await openDevice(training, options, seed),
  });
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

function unitsOf(shape: readonly number[]): number {
  return shape.at(-1) ?? 1;
}

async function valuesOf(
  { training, device }: Session,
  { values }: Inspection,
  rows: number,
): Promise<readonly Spread[]> {
  const { train } = training.plans;
  const described: Spread[] = [];
  for (const { name, shape, bounds, range } of values) {
    const units = unitsOf(shape);
    const read = async (what: "value" | "gradient"): Promise<Float32Array> =>
      (await device.result(train, inspectedName[what](name))).subarray(0, rows * sizeOf(shape));
    const around = { units, ...(bounds && { bounds }), ...(range && { range }) };
    described.push({
      value: describeValues(await read("value"), around),
      gradient: describeValues(await read("gradient"), { units }),
    });
  }
  return described;
}

async function weightsOf(
  { training, device }: Session,
  { weights }: Inspection,
): Promise<readonly (Spread & { readonly name: string })[]> {
  const described: (Spread & { readonly name: string })[] = [];
  for (const { name, shape } of weights) {
    const units = unitsOf(shape);
    const gradient = await device.result(training.plans.train, inspectedName.weight(name));
    described.push({
      name,
      value: describeValues(await device.read(name), { units }),
      gradient: describeValues(gradient, { units }),
    });
  }
  return described;
}

/** The numbers that the network is given; labels are no values. */
function inputsOf({ data }: Session, { rows, fields }: Batch): Inspected["inputs"] {
  return [...data.train.dataset.columns.values()].flatMap(({ field: { name, shape, classes } }) => {
    const numbers = fields[name];
    if (numbers === undefined || classes !== undefined) return [];
    const seen = numbers.subarray(0, rows * sizeOf(shape));
    return [{ name, value: describeValues(seen, { units: unitsOf(shape) }) }];
  });
}
