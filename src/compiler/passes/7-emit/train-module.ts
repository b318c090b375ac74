import { comment, literal, nothing, ts, type Code } from "./code.ts";
import { collectedCode } from "./collected-code.ts";
import { describeSchedule, describeUse } from "./describe.ts";
import { specName, type Emission } from "./emission.ts";
import type { ModuleText } from "./modules.ts";
import { withFeatures, type TrainingShape } from "./features/index.ts";
import { elementsOf, shapeOfRun, type RunShape } from "./run-shape.ts";
import { isMember } from "./weight-files.ts";
import { checkpoints } from "./train-checkpoints.ts";
import { loop, measuring, secondsOf } from "./train-loop.ts";
import { measuredOutput, viewsFunction } from "./views-code.ts";

/** `training.ts`: the loop of this run, and nothing that the run does not use. A page needs nothing else. */
export function trainingModule(emission: Emission): ModuleText {
  const shape = withFeatures(shapeOfRun(emission));
  return {
    path: "training.ts",
    header: header(shape),
    statements: [
      settings(shape),
      progress(shape),
      session(shape),
      trainFunction(shape),
      opening,
      ...loop(shape),
      ...shape.stop.functions,
      ...measuring(shape),
      ...checkpoints(shape),
      shape.hooks.functions,
      evaluateFunction(shape),
    ],
  };
}

/** `train.ts`: the command line of `training.ts`; apart, because a page has none. */
export function trainModule(emission: Emission): ModuleText {
  const shape = withFeatures(shapeOfRun(emission));
  return {
    path: "train.ts",
    header: comment(
      `The command line of training.ts: run ${shape.run.name} of ${specName(emission)}, made by nnspec.`,
      "`npm start` trains; `npm start -- --help` lists the options.",
    ),
    statements: [ts`export * from "./training.ts";`, mainFunction(shape)],
  };
}

function header({ emission, run }: RunShape): Code {
  return comment(
    `Trains ${run.model.name} on ${run.data.name}: run ${run.name} of ${specName(emission)}, made by nnspec.`,
    run.documentation,
    `Optimiser ${describeUse(run.optimizer.use)}, schedule ${describeSchedule(run.schedule.parts)}.`,
    "The function `train` can be called from a page as well; train.ts is its command line.",
  );
}

function settings({ emission: { compiled }, run, hooks }: TrainingShape): Code {
  const { train, evaluate } = compiled.plans;
  const buffers = [...train.buffers, ...evaluate.buffers].filter(
    ({ role, aliasOf }) => role === "input" && aliasOf === undefined,
  );
  return ts`/** ${run.batch === "all" ? ts`Rows of a step: all of them.` : ts`Rows of a step. The last batch of an epoch may be shorter, and is trained exactly.`} */
const batchSize = ${literal(compiled.capacity)};

/** The fields of a row that the device is given. */
const inputs: readonly string[] = ${literal([...new Set(buffers.map(({ name }) => name))])};

/** What a checkpoint holds: enough to predict. */
const kept = [...parameters, ...statistics];

/** What going on after an interruption needs besides. */
const remembered = [...slots, ...monitors];

/** While epochs are short, files are not written after each; they are at the end, and when interrupted. */
const secondsBetweenSaves = 2;

const defaultSeed = ${literal(run.seed)};
const defaultEpochs = ${literal(run.epochs)};${
    run.steps === undefined
      ? nothing
      : ts`
const mostSteps = ${literal(run.steps)};`
  }
${hooks.settings}`;
}

function progress({ stop, best, run, hooks }: TrainingShape): Code {
  const initial = [...stop.watches].filter((name) => name.startsWith("initial."));
  return ts`/** How far training is: finished epochs and steps, the seconds they took${best ? ts`, the epoch whose weights are kept` : nothing}. */
const beginning = {
  epoch: 0,
  step: 0,
  seconds: 0,${
    best === undefined
      ? nothing
      : ts`
  bestEpoch: 0,
  bestValue: 0,`
  }
  ${initial.map((name) => ts`${literal(name)}: 0,`)}
  ${secondsOf(run.saveEvery) === undefined ? nothing : ts`timedSaves: 0,`}
  ${stop.progress}
  ${hooks.progress}
};
type Progress = typeof beginning;`;
}

function session({ best, hooks }: TrainingShape): Code {
  return ts`/** One training from beginning to end. */
interface Session {
  readonly device: Device;
  readonly data: PreparedData;
  readonly seed: number;
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
  /** Where files are kept; undefined in a browser. */
  readonly folder: string | undefined;
  /** Goes into every checkpoint. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly reporter: Reporter;
  interrupted: boolean;
  /** When files were last written, in seconds trained. */
  saved: number;${
    best === undefined
      ? nothing
      : ts`
  /** The tensors of the best epoch so far, and whether they are on disk. */
  best: readonly NamedTensor[] | undefined;
  bestSaved: boolean;`
  }
  ${hooks.sessionFields}
}`;
}

function trainFunction(shape: TrainingShape): Code {
  const { hooks } = shape;
  return ts`/** The outcome of training: the end as it was reported, and the tensors that are kept. */
export interface Trained {
  readonly end: EndEvent;
  readonly tensors: readonly NamedTensor[];
}

/** Trains from the beginning, or on from where an earlier training stopped. Undefined when it was interrupted. */
export async function train(options: TrainerOptions, reporter: Reporter): Promise<Trained | undefined> {
  const session = await openSession(options, reporter);
  const { device, data, seed, epochs, stepsPerEpoch, folder } = session;
  const release = onInterrupt(() => {
    session.interrupted = true;
  });
  try {
    const progress = options.resume ? await resume(session) : await begin(session);
    if (folder !== undefined) await makeDirectory(folder);
    ${startReport(shape)}
    const reason = await trainEpochs(session, progress);
    await save(session, progress);
    if (reason !== undefined) return await finish(session, progress, reason);
    reporter.interrupted();
    return undefined;
  } finally {
    release();
    ${hooks.ended}
    await device.dispose();
  }
}

/** Asks everything that could refuse a training (data, backend, the state to go on from), and neither trains nor writes. */
export async function rehearse(options: TrainerOptions, reporter: Reporter): Promise<void> {
  const session = await openSession(options, reporter);
  try {
    await (options.resume ? resume(session) : begin(session));
  } finally {
    ${hooks.ended}
    await session.device.dispose();
  }
}

${sessionFunction(shape)}`;
}

/** Everything that comes before the first weights. */
function sessionFunction(shape: TrainingShape): Code {
  const { run, best, hooks } = shape;
  const steps =
    run.steps === undefined
      ? ts`epochs * stepsPerEpoch`
      : ts`Math.min(mostSteps, epochs * stepsPerEpoch)`;
  return ts`async function openSession(options: TrainerOptions, reporter: Reporter): Promise<Session> {
  ${
    isMember(shape.emission)
      ? ts`const dataSeed = options.seed ?? defaultSeed;
  // Each member has weights, an order of the rows and masks of its own; all have the same rows to train on.
  const seed = dataSeed + (options.member ?? 1) - 1;`
      : ts`const seed = options.seed ?? defaultSeed;`
  }
  const epochs = options.epochs ?? defaultEpochs;
  const data = await loadData(${isMember(shape.emission) ? ts`dataSeed` : ts`seed`}, options.data.get(dataName));
  ${
    run.batch === "all"
      ? ts`if (data.train.rows.length > batchSize) {
    throw new UserError("This program trains on all rows at once and was made for " + batchSize + ", but there are " + data.train.rows.length + ": build it again with this data.");
  }`
      : nothing
  }
  const stepsPerEpoch = batchCount(data.train.rows.length, batchSize);
  const totalSteps = ${steps};
  const folder = runsInNode() ? (options.runDirectory ?? "run") : undefined;
  const metadata = ${metadataCode(shape)};
  const device = await openDevice(options, seed, calibration(data, seed, { step: 1, stepsPerEpoch, totalSteps, ${hooks.moment(ts`beginning`)} }));
  return {
    device, data, seed, epochs, stepsPerEpoch, totalSteps, folder, metadata, reporter,
    interrupted: false, saved: Number.NEGATIVE_INFINITY,${best === undefined ? nothing : ts` best: undefined, bestSaved: true,`}
    ${hooks.sessionValues}
  };
}`;
}

const opening = ts`/** The backend that was asked for. For auto a step of this very training is measured where there is a choice. */
async function openDevice({ backend, threads, calibrate }: TrainerOptions, seed: number, calibration?: Calibration): Promise<Device> {
  const fill = (target: Float32Array, stream: string, step: number): void => fillUniform(target, randomStream(seed, stream), step);
  return createDevice({ backend, threads, calibrate, calibration, fillUniform: fill, seed, wasm: wasmModule });
}

/** The first step, on tensors of its own. */
function calibration(data: PreparedData, seed: number, moment: Moment): Calibration {
  return {
    plan: plans.train,
    variables: () => initialTensors(seed),
    call: () => {
      for (const { rows, fields } of batches(data.train, data.train.rows, inputs, batchSize))
        return { rows, inputs: fields, numbers: numbersOf(moment), step: moment.step };
      return undefined;
    },
  };
}`;

function metadataCode({ emission, run }: RunShape): Code {
  return ts`{
    run: ${literal(run.name)}, model: ${literal(run.model.name)}, seed: String(${isMember(emission) ? ts`dataSeed` : ts`seed`}),${isMember(emission) ? ts` member: String(options.member ?? 1),` : nothing}
    preparation: preparationToText(data.preparation),
  }`;
}

function startReport({ emission: { compiled }, run, hooks }: TrainingShape): Code {
  return ts`reporter.start({
      run: ${literal(run.name)}, model: ${literal(run.model.name)}, data: ${literal(run.data.name)},
      backend: device.backend,
      reason: device.reason,
      parameters: ${literal(elementsOf(compiled.parameters))},
      rows: { train: data.train.rows.length, validation: data.validation?.rows.length ?? 0, test: data.test?.rows.length ?? 0 },
      epochs, stepsPerEpoch, batch: batchSize, seed,
      ${hooks.started}
      ...(options.resume ? { resumedFrom: progress.epoch } : {}),
    });`;
}

function evaluateFunction({ emission, tests, validates, hooks }: TrainingShape): Code {
  const { tables } = collectedCode(emission.compiled);
  const counted = tables(nothing) === nothing ? nothing : ts`readonly tables: EndEvent["tables"]; `;
  const measured = measuredOutput(emission)
    ? ts`{ ...(await evaluate(device, part)), ...(options.views === true ? await evaluateViews(device, part) : {}) }`
    : ts`await evaluate(device, part)`;
  const parts = [tests ? ts`data.test` : nothing, validates ? ts`data.validation` : nothing].filter(
    (part) => part !== nothing,
  );
  const own =
    parts.length === 0
      ? ts`data.train`
      : ts`${parts[0]!} ${parts[1] ? ts`?? ${parts[1]}` : nothing} ?? data.train`;
  return ts`/**
 * Measures a checkpoint on the rows that training kept apart, or on all rows of another file. The division of the rows and
 * what brings them to scale are those of the checkpoint.
 */
export async function evaluateCheckpoint(checkpoint: string, options: TrainerOptions): Promise<{ readonly metrics: Metrics; ${counted}readonly rows: number; readonly backend: string; readonly why: string }> {
  const file = await loadTensors(checkpoint);
  const part = await measuredPart(file, checkpoint, options);
  const tensors = pick(file, kept, checkpoint);
  const variables = () => new Map(tensors.map(({ name, values }) => [name, values]));
  const device = await openDevice(options, 0, { plan: plans.evaluate, variables });
  try {
    writeTensors(device, tensors);
    ${hooks.evaluating}
    return { metrics: ${measured}, ${tables(ts`part`)} rows: part.rows.length, backend: device.backend, why: device.reason };
  } finally {
    await device.dispose();
  }
}

async function measuredPart(file: TensorFile, checkpoint: string, options: TrainerOptions): Promise<Part> {
  const other = options.data.get(dataName);
  if (other !== undefined) return loadOther(other, preparationFromText(file.metadata["preparation"], checkpoint));
  return heldOut(await loadData(Number(file.metadata["seed"] ?? defaultSeed)));
}

function heldOut(data: PreparedData): Part {
  return ${own};
}${measuredOutput(emission) ? viewsFunction(emission) : nothing}`;
}

/** Which rows a checkpoint is measured on, where they are not another file's: never those of the training, unless there are no others. */
function measuredRows({ tests, validates }: RunShape): string {
  return tests
    ? " rows"
    : validates
      ? " validation rows"
      : " training rows: none are kept apart, so this is no measure of what it learned";
}

function mainFunction(shape: TrainingShape): Code {
  const { emission, run } = shape;
  const views = measuredOutput(emission) !== undefined;
  const kept = measuredRows(shape);
  const measured =
    kept === " rows"
      ? literal(kept)
      : ts`(options.data.has(dataName) ? " rows" : ${literal(kept)})`;
  const counted = emission.compiled.collected.some(({ kind }) => kind === "table")
    ? ts`tables, `
    : nothing;
  return ts`/** The command line; gives the exit code. */
async function main(argv: readonly string[]): Promise<number> {
  const terminal = openTerminal();
  const parsed = parseArguments(argv, { name: "train.ts", summary: ${literal(`Trains ${run.model.name} on ${run.data.name}.`)}, data: [dataName]${views ? ts`, views: true` : nothing} });
  if (parsed.kind === "help") {
    terminal.write(parsed.text);
    return 0;
  }
  const { options } = parsed;
  const reporter = createReporter(terminal, options.format, ${views ? ts`{ ...display, views_accuracy: "percent", views_loss: "number" }` : ts`display`});
  if (options.evaluate === undefined && options.dryRun === true) {
    await rehearse(options, reporter);
    return 0;
  }
  if (options.evaluate === undefined) return (await train(options, reporter)) === undefined ? 130 : 0;
  const start = performance.now();
  const { metrics, ${counted}rows, backend, why } = await evaluateCheckpoint(options.evaluate, options);
  if (options.backend === "auto") reporter.note("backend " + backend + ": " + why);
  reporter.end({
    reason: "measured on " + rows + ${measured}, epochs: 0, steps: 0, seconds: (performance.now() - start) / 1000,
    backend, test: metrics, ${counted}paths: { checkpoint: options.evaluate },
  });
  return 0;
}

runAsProgram(import.meta.url, main);`;
}
