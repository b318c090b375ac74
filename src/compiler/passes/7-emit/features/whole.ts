import { sizeProduct } from "../run-shape.ts";
import { literal, name, ts, type Code } from "../code.ts";
import type { RunShape } from "../run-shape.ts";
import type { TrainFeature } from "./feature.ts";

/** Methods that move all weights together on the host: each step is an iteration of theirs, with as many evaluations as it wants. */
export function wholeMethods(shape: RunShape): TrainFeature | undefined {
  const {
    run,
    emission: { compiled },
  } = shape;
  const { definition, arguments: values } = run.optimizer.use;
  if (definition.whole === undefined) return undefined;
  const results = compiled.plans.train.results;
  const states = new Set(compiled.states.map((state) => state.name));
  const moved = compiled.parameters
    .filter(({ path }) => results.has(`gradient/${path}`))
    .map(({ path, shape: own }) => ({
      name: path,
      size: sizeProduct(own),
      ...(states.has(`${path}/direction`) ? { turned: true } : {}),
    }));
  const size = moved.reduce((total, tensor) => total + tensor.size, 0);
  const settings = Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) =>
      key !== definition.rate && typeof value === "number" ? [[key, value] as const] : [],
    ),
  );
  const initial = [...shape.stop.watches].filter((watched) => watched.startsWith("initial."));
  const make = ts`${name(definition.whole.make)}(${literal(size)}${Object.keys(settings).length === 0 ? ts`` : ts`, ${literal(settings)}`})`;
  return {
    settings: ts`
/** The weights that the method moves, one after the other the vector that it works on. */
const moved: readonly Moved[] = ${literal(moved)};`,
    sessionFields: ts`  /** The method, where it stands, and whether it found nothing lower. */
  readonly minimizer: Minimizer;
  place: Place | undefined;
  ended: boolean;`,
    sessionValues: ts`minimizer: ${make}, place: undefined, ended: false,`,
    resumed: ts`session.minimizer.restore(file.tensors);`,
    remembered: ts`...session.minimizer.save(),`,
    // The same rows in the same order: sums in 32 bits then differ by nothing but the weights.
    batches: ts`batches(data.train, data.train.rows, inputs, batchSize)`,
    runStep: ts`await iterate(session, progress, { rows: batch.rows, inputs: batch.fields, numbers, step: progress.step });`,
    endings: ts`if (session.ended) return "nothing lower is found along the direction: this is as far as numbers of 32 bits tell";`,
    functions: iteration(initial),
  };
}

function iteration(initial: readonly string[]): Code {
  const first = ts`
  if (progress.step === 1) {
    ${initial.map((watched) => ts`progress[${literal(watched)}] = (await device.result(plans.train, ${literal(watched.slice("initial.".length))}))[0]!;`)}
  }`;
  return ts`/** One iteration: the device ends at the new weights, and what is reported of the epoch is measured there. */
async function iterate(session: Session, progress: Progress, call: DeviceCall): Promise<void> {
  const { device } = session;
  const objective = planObjective(device, plans.train, call, moved, monitors.map(startOf));
  const from = session.place ?? (await objective.evaluate(await pointOf(device, moved)));${initial.length === 0 ? ts`` : first}
  session.place = await session.minimizer.next(objective, from, call.numbers["rate"]!);
  session.ended = session.place === from;
  await objective.goTo(session.place);
}`;
}
