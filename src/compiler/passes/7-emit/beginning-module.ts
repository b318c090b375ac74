import type { CompiledRun } from "../../plan/compiled.ts";
import { comment, literal, nothing, ts, type Code } from "./code.ts";
import type { Emission } from "./emission.ts";
import { withFeatures, type TrainingShape } from "./features/index.ts";
import type { ModuleText } from "./modules.ts";
import { shapeOfRun } from "./run-shape.ts";

/** What stands before the name of a field and of a tensor in the file that `beginning.ts` writes. */
export const beginningNames = { field: "field/", tensor: "tensor/" } as const;

/** `beginning.ts`: the first batch of a training and every tensor that it starts from, written down. */
export function beginningModule(emission: Emission): ModuleText {
  const shape = withFeatures(shapeOfRun(emission));
  const { run } = emission.compiled;
  return {
    path: "beginning.ts",
    header: comment(`What run ${run.name} begins with: its first batch and its tensors.`),
    statements: [settings(shape), startingTensors, writeFunction(shape), shape.hooks.functions],
  };
}

/** The fields of a row that the training step is given. */
export function trainedInputs({ plans: { train } }: CompiledRun): readonly string[] {
  return train.buffers
    .filter(({ role, aliasOf }) => role === "input" && aliasOf === undefined)
    .map(({ name }) => name);
}

function settings({ emission: { compiled }, run, hooks }: TrainingShape): Code {
  return ts`const batchSize = ${literal(compiled.capacity)};
const defaultSeed = ${literal(run.seed)};
const defaultEpochs = ${literal(run.epochs)};
const kept = [...parameters, ...statistics];
const inputs: readonly string[] = ${literal(trainedInputs(compiled))};
${hooks.settings}`;
}

export const startingTensors = ts`function writeTensors(device: Device, tensors: readonly NamedTensor[]): void {
  for (const { name, values } of tensors) device.write(name, values);
}

function pick(file: TensorFile, wanted: readonly { readonly name: string; readonly shape: readonly number[] }[], where: string): NamedTensor[] {
  return wanted.map(({ name, shape }) => ({ name, shape, values: requireTensor(file, name, shape, where) }));
}

function startOf({ name, shape, initial }: State): [string, Float32Array] {
  return [name, new Float32Array(shape.reduce((product, extent) => product * extent, 1)).fill(initial)];
}`;

/** What training does before its first step. */
export function begun({ hooks }: TrainingShape): Code {
  return ts`/** What training does before its first step: weights of other trainings are loaded, a teacher is called in. */
async function begun(session: Session): Promise<void> {
  const { device, seed } = session;
  ${hooks.begun}
}`;
}

/** The first rows of the first epoch, as training is given them. In scope: data, seed, session. */
export function firstBatch({ hooks }: TrainingShape): Code {
  if (hooks.batches === nothing)
    return ts`const first = batches(data.train, epochOrder(data.train.rows, seed, 1), inputs, batchSize).next().value;`;
  return ts`const [epoch, done] = [1, 0];
    let first;
    for await (const batch of ${hooks.batches}) {
      first ??= batch;
      break;
    }`;
}

function writeFunction(shape: TrainingShape): Code {
  const { hooks, run } = shape;
  const steps = run.steps === undefined ? ts`Number.POSITIVE_INFINITY` : literal(run.steps);
  return ts`export interface Options {
  /** The file that is written. */
  readonly to: string;
  readonly seed?: number;
  readonly data?: string;
  /** The folder of the run, where weights of other runs are looked for beside it. */
  readonly folder?: string;
}

${begun(shape)}

/** Weights that are not there are drawn as if nothing were loaded; the file says so. */
async function missingWeights(session: Session): Promise<string | undefined> {
  try {
    await begun(session);
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

export async function writeBeginning({ to, folder, ...options }: Options): Promise<void> {
  const seed = options.seed ?? defaultSeed;
  const data = await loadData(seed, options.data);
  const written = new Map<string, Float32Array>();
  const device = { write: (name: string, values: Float32Array) => void written.set(name, values) };
  const stepsPerEpoch = batchCount(data.train.rows.length, batchSize);
  const totalSteps = Math.min(${steps}, defaultEpochs * stepsPerEpoch);
  const session = { device, data, seed, epochs: defaultEpochs, stepsPerEpoch, totalSteps, folder, metadata: {}, ${hooks.sessionValues} };
  for (const { name, shape, initial } of parameters) device.write(name, initialize(name, shape, initial, seed));
  for (const [name, values] of statistics.map(startOf)) device.write(name, values);
  const missing = await missingWeights(session);
  ${firstBatch(shape)}
  if (first === undefined) throw new UserError("There are no training rows to look at.");
  const flat = (name: string, values: Float32Array): NamedTensor => ({ name, shape: [values.length], values });
  const rowsOf = (values: Float32Array): Float32Array => values.slice(0, (values.length / batchSize) * first.rows);
  await saveTensors(to, [
    ...Object.entries(first.fields).map(([name, values]) => flat(${literal(beginningNames.field)} + name, rowsOf(values))),
    ...[...written].map(([name, values]) => flat(${literal(beginningNames.tensor)} + name, values)),
  ], {
    rows: String(first.rows), stepsPerEpoch: String(stepsPerEpoch), totalSteps: String(totalSteps),
    ...(missing === undefined ? {} : { missing }),
  });
  ${hooks.ended}
}`;
}
