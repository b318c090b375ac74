import { dirname, isAbsolute, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Buffer } from "../../../compiler/plan/plan.ts";
import type { Program } from "../../../compiler/typed/program.ts";
import type { DrawnTensor, Verification } from "../../../compiler/verification.ts";
import { describeError, isUserError } from "../../../runtime/errors.ts";
import { initialize } from "../../../runtime/initialize.ts";
import { fillUniform, randomStream } from "../../../runtime/random.ts";
import { beginHere } from "../../training/begin-here.ts";
import { resolveData } from "../data-paths.ts";
import { UsageError } from "../exit.ts";
import { folderName } from "../run-folder.ts";

/** One batch, and every tensor that the step reads, row-major. */
export interface Beginning {
  readonly rows: number;
  readonly fields: ReadonlyMap<string, Float32Array>;
  readonly tensors: ReadonlyMap<string, Float32Array>;
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
  /** Whether the rows are the spec's data, and why not. */
  readonly origin: { readonly kind: "data" } | { readonly kind: "drawn"; readonly why: string };
  /** Why weights that the run loads are drawn here. */
  readonly missing?: string;
}

export interface BeginningOptions {
  /** The spec, to whose folder its paths belong. */
  readonly file: string;
  readonly data: ReadonlyMap<string, string>;
  readonly seed: number;
}

/** What a run begins with: its own first batch and tensors as its own program makes them; where its data is not there, rows that are drawn. */
export async function beginningOf(
  verification: Verification,
  program: Program,
  options: BeginningOptions,
): Promise<Beginning> {
  const { run } = verification.compiled;
  const read = await readBeginning(verification, program, options);
  if ("refused" in read && options.data.has(run.data.name)) throw new UsageError(read.refused);
  const found: Beginning =
    "refused" in read ? drawnRows(verification, options, read.refused) : read;
  const drawn = drawnTensors(verification, options.seed);
  return { ...found, tensors: new Map([...drawn, ...found.tensors]) };
}

async function readBeginning(
  { compiled }: Verification,
  program: Program,
  { file, data, seed }: BeginningOptions,
): Promise<Beginning | { readonly refused: string }> {
  const { run } = compiled;
  const base = file === "-" ? process.cwd() : dirname(resolve(file));
  const pathFromFolder = (path: string): string => (isAbsolute(path) ? path : resolve(base, path));
  const other = data.get(run.data.name);
  try {
    const begun = await beginHere(
      { compiled, program, pathFromFolder, bound: new Map() },
      {
        seed,
        here: pathToFileURL(`${base}/`).href,
        ...(other === undefined ? {} : { data: resolveData(other) }),
        // Weights of other runs lie in folders beside the one that training would make.
        folder: resolve("runs", folderName(run.name)),
      },
    );
    return { ...begun, origin: { kind: "data" } };
  } catch (error) {
    if (isUserError(error)) return { refused: describeError(error) };
    throw error;
  }
}

/** Steps of an epoch of data that is not there. */
const supposedSteps = 10;

/** Labels are any of their classes, numbers lie in [0, 1): in the domain of every loss. */
function drawnRows({ compiled }: Verification, { seed }: BeginningOptions, why: string): Beginning {
  const classes = new Map(compiled.fields.map((field) => [field.name, field.classes]));
  const inputs = compiled.plans.train.buffers.filter(
    ({ role, aliasOf }) => role === "input" && aliasOf === undefined,
  );
  const draw = ({ name, shape }: Buffer): Float32Array => {
    const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
    fillUniform(values, randomStream(seed, `rows of ${name}`), 1);
    const count = classes.get(name);
    return count === undefined ? values : values.map((value) => Math.floor(value * count));
  };
  const { run } = compiled;
  const all = run.epochs * supposedSteps;
  return {
    rows: compiled.capacity,
    fields: new Map(inputs.map((buffer) => [buffer.name, draw(buffer)])),
    tensors: new Map(),
    stepsPerEpoch: supposedSteps,
    totalSteps: Math.min(run.steps ?? all, all),
    origin: { kind: "drawn", why: why.split("\n")[0]! },
  };
}

/** Every parameter as training draws it, every state as it is at first; a teacher's and what the host makes between steps are drawn. */
function drawnTensors(
  { compiled, teacher, handed }: Verification,
  seed: number,
): ReadonlyMap<string, Float32Array> {
  const all: readonly DrawnTensor[] = [
    ...compiled.parameters.map(({ path, shape, initial }) => ({ name: path, shape, initial })),
    ...compiled.states,
    ...teacher,
    ...handed,
  ];
  return new Map(
    all.map(({ name, shape, initial }) => [
      name,
      initialize(
        name,
        shape,
        typeof initial === "number" ? { kind: "constant", value: initial } : initial,
        seed,
      ),
    ]),
  );
}
