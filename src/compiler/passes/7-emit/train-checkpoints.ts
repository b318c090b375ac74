import { nothing, ts, type Code } from "./code.ts";
import { collectedCode } from "./collected-code.ts";
import type { TrainingShape } from "./features/index.ts";

/** Beginning, saving, going on and ending. */
export function checkpoints(shape: TrainingShape): readonly Code[] {
  return [tensors(shape), begin(shape), save(shape), resume(shape), finish(shape)];
}

function tensors({ run }: TrainingShape): Code {
  return ts`/** Reads tensors from the device. */
async function readTensors(device: Device, wanted: readonly { readonly name: string; readonly shape: readonly number[] }[]): Promise<NamedTensor[]> {
  const read: NamedTensor[] = [];
  for (const { name, shape } of wanted) read.push({ name, shape, values: await device.read(name) });
  return read;
}

function writeTensors(device: Device, tensors: readonly NamedTensor[]): void {
  for (const { name, values } of tensors) device.write(name, values);
}

/** Tensors of a file, by their names and shapes. */
function pick(file: TensorFile, wanted: readonly { readonly name: string; readonly shape: readonly number[] }[], where: string): NamedTensor[] {
  return wanted.map(({ name, shape }) => ({ name, shape, values: requireTensor(file, name, shape, where) }));
}

/** What training starts from: weights drawn by the seed and their names, states at their first values. */
function initialTensors(seed: number): Map<string, Float32Array> {
  const drawn = parameters.map(({ name, shape, initial }) => [name, initialize(name, shape, initial, seed)] as const);
  return new Map([...drawn, ...[...statistics, ...slots, ...monitors${run.teacher ? ts`, ...teacherTensors` : nothing}].map(startOf)]);
}

function startOf({ name, shape, initial }: State): [string, Float32Array] {
  const size = shape.reduce((product, extent) => product * extent, 1);
  return [name, new Float32Array(size).fill(initial)];
}`;
}

function begin(shape: TrainingShape): Code {
  return ts`/** Starts from the beginning. */
async function begin(session: Session): Promise<Progress> {
  const { device, seed } = session;
  for (const [name, values] of initialTensors(seed)) device.write(name, values);
  ${shape.hooks.begun}
  return { ...beginning };
}`;
}

function save({ best, hooks }: TrainingShape): Code {
  return ts`/** Keeps where training stands: the weights for use, and everything else for going on. */
async function save(session: Session, progress: Progress): Promise<void> {
  const { device, folder, metadata } = session;
  if (folder === undefined) return;
  ${
    best === undefined
      ? nothing
      : ts`if (session.best && !session.bestSaved) await saveTensors(folder + "/best.safetensors", session.best, metadata);
  session.bestSaved = true;`
  }
  ${hooks.beforeUse}
  const current = await readTensors(device, kept);
  ${hooks.afterUse}
  const rest = await readTensors(device, remembered);
  const finite = Object.entries(progress).filter(([, value]) => Number.isFinite(value));
  await saveTensors(folder + "/last.safetensors", current, metadata);
  await saveResume(folder + "/resume.safetensors", [...${hooks.beforeUse === nothing ? ts`current` : ts`(await readTensors(device, kept))`}, ...rest, ${hooks.remembered}], { ...beginning, ...Object.fromEntries(finite) }, metadata);
  session.saved = progress.seconds;
}`;
}

function resume({ best, run, hooks }: TrainingShape): Code {
  return ts`/** Goes back to where an earlier training stopped. */
async function resume(session: Session): Promise<Progress> {
  const { device, folder, metadata, stepsPerEpoch } = session;
  const where = folder + "/resume.safetensors";
  const file = await loadResume(where);
  const before = file.metadata["seed"] ?? metadata["seed"];
  if (before !== metadata["seed"]) throw new UserError("The training to go on with had the seed " + before + ", not " + metadata["seed"] + ": give --seed " + before + ".");
  if (file.metadata["preparation"] !== metadata["preparation"]) {
    throw new UserError("The training to go on with had other data: its classes, or what brings its values to scale, differ.", ["Go on with the data that it began with."]);
  }
  const { epoch, step } = file.counters;
  // The epoch that it is in has so many steps behind it as are left over.
  if (${run.steps === undefined ? ts`step < epoch * stepsPerEpoch || ` : nothing}step > (epoch + 1) * stepsPerEpoch) {
    throw new UserError("The training to go on with did " + step + " steps in " + epoch + " epochs; with these data and this batch an epoch has " + stepsPerEpoch + ".", ["Go on with the data and the batch that it began with."]);
  }
  writeTensors(device, pick(file, [...kept, ...remembered], where));
  ${hooks.resumed}
  ${
    best === undefined
      ? ts`return { ...beginning, ...file.counters };`
      : ts`const progress = { ...beginning, ...file.counters };
  if (progress.bestEpoch > 0) {
    const best = folder + "/best.safetensors";
    session.best = pick(await loadTensors(best), kept, best);
  }
  return progress;`
  }
}`;
}

function finish({ emission: { compiled }, best, tests, validates, hooks }: TrainingShape): Code {
  // Where rows are kept apart, of those that nothing was chosen by.
  const tables =
    tests || validates
      ? collectedCode(compiled).tables(
          ts`${tests ? ts`data.test` : nothing}${tests && validates ? ts` ?? ` : nothing}${validates ? ts`data.validation` : nothing} ?? data.train`,
        )
      : nothing;
  const chosen =
    best === undefined
      ? ts`await readTensors(device, kept)`
      : ts`session.best ?? (await readTensors(device, kept))`;
  return ts`/** Goes back to the weights that are kept, measures them, and says how it ended. */
async function finish(session: Session, progress: Progress, reason: string): Promise<Trained> {
  const { device, ${tests || validates ? ts`data,` : nothing} folder, reporter } = session;
  ${hooks.beforeUse}
  const tensors = ${chosen};
  writeTensors(device, tensors);
  ${hooks.finishing}
  ${tests ? ts`const test = data.test && (await evaluate(device, data.test));` : nothing}
  ${validates ? ts`const validation = data.validation && (await evaluate(device, data.validation));` : nothing}
  const paths: Record<string, string> = folder === undefined ? {} : {
    ${best === undefined ? nothing : ts`...(session.best && { model: folder + "/best.safetensors" }),`}
    last: folder + "/last.safetensors", resume: folder + "/resume.safetensors", metrics: folder + "/metrics.jsonl",
  };
  const end: EndEvent = {
    reason, epochs: progress.epoch, steps: progress.step, seconds: progress.seconds, backend: device.backend,
    ${tests ? ts`...(test && { test }),` : nothing}
    ${validates ? ts`...(validation && { validation }),` : nothing}
    ${best === undefined ? nothing : ts`...(progress.bestEpoch > 0 && { best: { epoch: progress.bestEpoch } }),`}
    ${tables}
    paths,
  };
  reporter.end(end);
  return { end, tensors };
}`;
}
