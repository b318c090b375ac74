import type { Program, TypedRun } from "../../../compiler/typed/program.ts";
import { compileVerification, type Verification } from "../../../compiler/verification.ts";
import { gradientName } from "../../../compiler/plan/names.ts";
import { UserError } from "../../../runtime/errors.ts";
import { openDims, stating } from "../open-dims.ts";
import { affordableRows } from "./affordable.ts";
import { findBackends, type BackendAbsent, type BackendHere, type Left } from "./backends.ts";
import { beginningOf, type Beginning } from "./beginning.ts";
import {
  expectedStep,
  interpretStep,
  interpretUndecided,
  largest,
  type Expected,
  type ExpectedStep,
} from "./expected.ts";
import { stepOf, type SameStep } from "./step-call.ts";

/** By how much one tensor of a backend misses what the interpreter has, as shares of its scale. */
export interface Deviation {
  readonly name: string;
  /** NaN where the backend has no number and the interpreter has one. */
  readonly largest: number;
  /** What rounding explains. */
  readonly explained: number;
  readonly isBeyond: boolean;
}

export interface VerifiedBackend {
  readonly name: string;
  readonly loss: Deviation & { readonly value: number };
  /** In the order of the weights. */
  readonly gradients: readonly Deviation[];
  /** What the training step itself leaves: results, new weights, slots, statistics, sums. */
  readonly step: readonly Deviation[];
}

/** One step of a run on each backend, against the float64 interpreter. */
export interface Verified {
  readonly run: string;
  readonly model: string;
  readonly data: string;
  readonly seed: number;
  /** Of this batch, and of the run's own. */
  readonly rows: number;
  readonly batch: number | "all";
  readonly origin: Beginning["origin"];
  readonly missing?: string;
  readonly loss: number;
  readonly weights: readonly {
    readonly name: string;
    readonly size: number;
    /** The float64 gradient: its largest element, its mean and its standard deviation. */
    readonly gradient: number;
    readonly mean: number;
    readonly deviation: number;
    /** By how much an element may be off, as rounding explains it. */
    readonly explained: number;
  }[];
  readonly backends: readonly VerifiedBackend[];
  readonly absent: readonly BackendAbsent[];
  /** Whether a backend deviated and comparisons were allowed to go either way. */
  readonly isUndecided: boolean;
}

export interface VerifyOptions {
  readonly file: string;
  readonly set: ReadonlyMap<string, string>;
  readonly data: ReadonlyMap<string, string>;
  readonly backend?: string;
  readonly threads?: number | "auto";
  readonly rows?: number;
  readonly seed?: number;
}

/** Runs one step of a run on every backend here, and holds it against the interpreter; or says why it does not. */
export async function verifyRun(
  program: Program,
  run: TypedRun,
  options: VerifyOptions,
  starting: (seconds: number) => void = () => {},
): Promise<Verified | { readonly run: string; readonly refused: string }> {
  const dims = openDims(program, options.set);
  const affordable = stating(() => affordableRows(run, dims, options.rows));
  if ("refused" in affordable) return { run: run.name, refused: affordable.refused };
  starting(affordable.seconds);
  const { rows, isWhole } = affordable;
  // Where the batch is not the run's own, the program is one for so many rows.
  const verified: TypedRun = isWhole || run.batch === "all" ? run : { ...run, batch: rows };
  const verification = compileVerification(verified, { rows, dims });
  const seed = options.seed ?? run.seed;
  const beginning = await beginningOf(verification, program, { ...options, seed });
  const step = stepOf(verification, beginning, seed);
  const { here, absent } = await findBackends(verification.compiled.plans, { ...options, seed });
  const tried: (Finding | BackendAbsent)[] = [];
  for (const backend of here) tried.push(await runOn(backend, verification, step));
  const left = tried.filter((one) => "step" in one);
  const { expected, backends, isUndecided } = judgeAll(left, verification, step);
  return {
    run: run.name,
    model: run.model.name,
    data: run.data.name,
    seed,
    rows: beginning.rows,
    batch: run.batch,
    origin: beginning.origin,
    ...(beginning.missing !== undefined && { missing: beginning.missing }),
    loss: expected.loss.values[0]!,
    weights: verification.weights.map(({ name }) => ({
      name,
      ...aboutGradient(expected.gradients.get(name)!),
    })),
    backends,
    absent: [...absent, ...tried.filter((one) => "why" in one)],
    isUndecided,
  };
}

function aboutGradient({ values, allowed }: Expected): Omit<Verified["weights"][number], "name"> {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    size: values.length,
    gradient: largest(values),
    mean,
    deviation: Math.sqrt(squares / values.length),
    explained: Number(allowed),
  };
}

/** Where a backend deviates, what rounding may decide is looked at before it is said to be wrong. */
function judgeAll(
  left: readonly Finding[],
  verification: Verification,
  step: SameStep,
): Pick<Verified, "backends" | "isUndecided"> & { readonly expected: ExpectedStep } {
  const by = (expected: ExpectedStep): readonly VerifiedBackend[] =>
    left.map((finding) => judge(finding, verification, expected));
  const interpreted = interpretStep(verification, step);
  const expected = expectedStep(verification, step, interpreted);
  const backends = by(expected);
  if (!backends.some(isBeyond)) return { expected, backends, isUndecided: false };
  const undecided = interpretUndecided(verification, step, interpreted);
  return {
    expected,
    backends: by(expectedStep(verification, step, undecided)),
    isUndecided: true,
  };
}

/** Whether a backend computes something else. */
export function isBeyond({ loss, gradients, step }: VerifiedBackend): boolean {
  return [loss, ...gradients, ...step].some((deviation) => deviation.isBeyond);
}

interface Finding {
  readonly name: string;
  readonly step: Left;
  /** The loss and the gradients by a plan of their own, where the step does not give them. */
  readonly gradients: Left;
}

/** What a backend leaves; or why it cannot run this program, which may be too large for it. */
async function runOn(
  { name, run }: BackendHere,
  { compiled, gradients }: Verification,
  { call }: SameStep,
): Promise<Finding | BackendAbsent> {
  try {
    const step = await run(compiled.plans, call);
    return { name, step, gradients: gradients ? await run({ train: gradients }, call) : step };
  } catch (error) {
    // A memory that is not to be had is a RangeError.
    if (error instanceof UserError || error instanceof RangeError)
      return { name, why: error.message };
    throw error;
  }
}

function judge(
  { name, step, gradients }: Finding,
  { weights }: Verification,
  expected: ExpectedStep,
): VerifiedBackend {
  const { loss } = expected;
  const value = step.outputs.get("loss")!;
  const losses = [value, gradients.outputs.get("loss")!].map((found) =>
    deviationOf("loss", found, loss),
  );
  const worst = losses.find((one) => one.isBeyond) ?? losses[0]!;
  return {
    name,
    loss: { ...worst, value: value[0]! },
    gradients: weights.map(({ name: path }) =>
      deviationOf(path, gradients.outputs.get(gradientName(path))!, expected.gradients.get(path)!),
    ),
    step: [
      ...[...expected.outputs].map(([result, one]) =>
        deviationOf(result, step.outputs.get(result)!, one),
      ),
      ...[...expected.updates].map(([path, one]) =>
        deviationOf(path, step.updates.get(path)!, one),
      ),
    ],
  };
}

/** What is too large for float32 is infinite there. */
const mostFloat32 = 3.4e38;

/** The element that misses most of what it may. */
function deviationOf(
  name: string,
  found: Float32Array,
  { values, allowed, scale }: Expected,
): Deviation {
  let [most, mostExplained, isBeyond] = [0, 0, false];
  for (let place = 0; place < values.length; place++) {
    const [actual, expected] = [found[place]!, values[place]!];
    if (isSame(actual, expected)) continue;
    const gap = Math.abs(actual - expected);
    const explained = typeof allowed === "number" ? allowed : allowed[place]!;
    const misses = !(gap <= explained);
    if (misses && !isBeyond) [most, mostExplained, isBeyond] = [gap, explained, true];
    else if (misses === isBeyond && !(gap <= most)) [most, mostExplained] = [gap, explained];
  }
  return { name, largest: most / scale, explained: mostExplained / scale, isBeyond };
}

function isSame(actual: number, expected: number): boolean {
  if (Number.isNaN(expected)) return Number.isNaN(actual);
  return Math.abs(expected) > mostFloat32 && actual === Math.sign(expected) * Infinity;
}
