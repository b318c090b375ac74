import { begun, firstBatch, startingTensors, trainedInputs } from "./beginning-module.ts";
import { comment, literal, ts, type Code } from "./code.ts";
import type { Emission } from "./emission.ts";
import { withFeatures, type TrainingShape } from "./features/index.ts";
import type { ModuleText } from "./modules.ts";
import { shapeOfRun } from "./run-shape.ts";

/** A result of the plan whose numbers are described. */
export interface Described {
  readonly name: string;
  readonly shape: readonly number[];
  readonly bounds?: { readonly low: number; readonly high: number };
  readonly range?: { readonly from: number; readonly to: number };
}

/** `inspect.ts`: one batch through the freshly initialised network, and the statistics of everything that the plan gives. */
export function inspectModule(
  emission: Emission,
  values: readonly Described[],
  weights: readonly Described[],
): ModuleText {
  const shape = withFeatures(shapeOfRun(emission));
  const { run } = emission.compiled;
  return {
    path: "inspect.ts",
    header: comment(
      `One batch of ${run.data.name} through ${run.model.name} as run ${run.name} begins: the spread of every value and gradient.`,
    ),
    statements: [
      tables(shape, values, weights),
      startingTensors,
      inspectFunction(shape),
      shape.hooks.functions,
    ],
  };
}

function tables(
  { emission: { compiled }, run, hooks }: TrainingShape,
  values: readonly Described[],
  weights: readonly Described[],
): Code {
  const entries = (described: readonly Described[]): readonly Code[] =>
    described.map(
      ({ name, shape, bounds, range }) =>
        ts`${literal({ name, shape: [...shape], ...(bounds && { bounds: { ...bounds } }), ...(range && { range: { ...range } }) })},`,
    );
  return ts`const batchSize = ${literal(compiled.capacity)};
const defaultSeed = ${literal(run.seed)};
const kept = [...parameters, ...statistics];

/** The fields of a row that the device is given. */
const inputs: readonly string[] = ${literal(trainedInputs(compiled))};

interface Described {
  readonly name: string;
  readonly shape: readonly number[];
  readonly bounds?: { readonly low: number; readonly high: number };
  readonly range?: { readonly from: number; readonly to: number };
}

const values: readonly Described[] = [${entries(values)}];

const weights: readonly Described[] = [${entries(weights)}];
${hooks.settings}`;
}

function inspectFunction(shape: TrainingShape): Code {
  const { hooks } = shape;
  return ts`export interface Options {
  readonly backend: "auto" | "gpu" | "wasm" | "cpu";
  readonly seed?: number;
  readonly data?: string;
  /** The folder of the run, where weights of other runs are looked for beside it. */
  readonly folder?: string;
}

${begun(shape)}

/** What the report is made of. */
export async function inspect(options: Options) {
  const seed = options.seed ?? defaultSeed;
  const data = await loadData(seed, options.data);
  const fill = (target: Float32Array, stream: string, step: number): void => fillUniform(target, randomStream(seed, stream), step);
  const device = await createDevice({ backend: options.backend, fillUniform: fill, seed, wasm: wasmModule });
  try {
    const { folder } = options;
    const stepsPerEpoch = batchCount(data.train.rows.length, batchSize);
    const session = { device, data, seed, epochs: 1, stepsPerEpoch, totalSteps: stepsPerEpoch, folder, metadata: {}, ${hooks.sessionValues} };
    const drawn = parameters.map(({ name, shape, initial }) => [name, initialize(name, shape, initial, seed)] as const);
    for (const [name, numbers] of [...drawn, ...statistics.map(startOf)]) device.write(name, numbers);
    await begun(session);
    ${firstBatch(shape)}
    if (first === undefined) throw new UserError("There are no training rows to look at.");
    device.run(plans.train, { rows: first.rows, inputs: first.fields, numbers: { step: 1, steps_per_epoch: stepsPerEpoch, total_steps: stepsPerEpoch }, step: 1 });
    const loss = (await device.result(plans.train, "loss"))[0] ?? Number.NaN;
    const unitsOf = (shape: readonly number[]): number => shape.at(-1) ?? 1;
    const described = [];
    for (const { name, shape, ...around } of values) {
      const size = first.rows * shape.reduce((product, extent) => product * extent, 1);
      const value = (await device.result(plans.train, "value/" + name)).subarray(0, size);
      const gradient = (await device.result(plans.train, "gradient/" + name)).subarray(0, size);
      described.push({ value: describeValues(value, { units: unitsOf(shape), ...around }), gradient: describeValues(gradient, { units: unitsOf(shape) }) });
    }
    const tensors = [];
    for (const { name, shape } of weights) {
      const units = unitsOf(shape);
      const gradient = describeValues(await device.result(plans.train, "weight/" + name), { units });
      tensors.push({ name, value: describeValues(await device.read(name), { units }), gradient });
    }
    const given = [];
    for (const { field: { name, shape, classes } } of data.train.dataset.columns.values()) {
      const numbers = first.fields[name];
      if (numbers === undefined || classes !== undefined) continue;
      given.push({ name, value: describeValues(numbers.subarray(0, first.rows * shape.reduce((product, extent) => product * extent, 1)), { units: unitsOf(shape) }) });
    }
    return { backend: device.backend, reason: device.reason, rows: first.rows, seed, loss, inputs: given, values: described, weights: tensors };
  } finally {
    await device.dispose();
  }
}`;
}
