import { compileInspection, type Inspection } from "../../../compiler/inspect.ts";
import type { Program, TypedRun } from "../../../compiler/typed/program.ts";
import { compileVerification, type Verification } from "../../../compiler/verification.ts";
import { fillUniform, randomStream } from "../../../runtime/random.ts";
import { openDims } from "../open-dims.ts";
import { rowsOfAll } from "../verification/affordable.ts";
import { findBackends, type Left } from "../verification/backends.ts";
import { stepOf } from "../verification/step-call.ts";
import type { CompiledParameter } from "../../../compiler/plan/compiled.ts";
import { inspectedName } from "../../../compiler/plan/names.ts";
import { beginningOf, type Beginning } from "../verification/beginning.ts";
import type { LastingZeros, Measured, MeasureOptions } from "./measure.ts";

/**
 * Where something is exactly 0 as the run begins: what still is when the weights and scales that begin at 0 do not. A branch that begins
 * closed (its last scale is 0) opens with the first step; a unit that is 0 for every row does not. Undefined where nothing is 0.
 */
export async function lastingZeros(
  program: Program,
  run: TypedRun,
  measured: Measured,
  options: MeasureOptions,
): Promise<LastingZeros | undefined> {
  if (!hasZeros(measured)) return undefined;
  const capacities = { rows: rowsOfAll, dims: openDims(program, options.set) };
  const inspection = compileInspection(run, capacities);
  const verification = compileVerification(run, capacities);
  const beginning = await beginningOf(verification, program, { ...options, seed: measured.seed });
  const left = await runOpened(inspection, verification, beginning, measured);
  const zero = (
    what: keyof typeof inspectedName,
    of: readonly { readonly name: string }[],
  ): Set<string> =>
    new Set(of.map(({ name }) => name).filter((name) => isZero(left, inspectedName[what](name))));
  return {
    values: zero("value", inspection.values),
    gradients: zero("gradient", inspection.values),
    weights: zero("weight", inspection.weights),
  };
}

function hasZeros({ values, weights }: Measured): boolean {
  return (
    values.some(({ value, gradient }) => value.zeros === 1 || gradient.zeros === 1) ||
    weights.some(({ gradient }) => gradient.zeros === 1)
  );
}

async function runOpened(
  { inspected }: Inspection,
  verification: Verification,
  beginning: Beginning,
  { backend, seed }: Measured,
): Promise<Left> {
  const plans = { train: inspected.plans.train };
  const chosen = backend === "wasm" || backend === "cpu" ? backend : "gpu";
  const { here } = await findBackends(plans, { backend: chosen, threads: 1, seed });
  const { call } = stepOf(verification, beginning, seed);
  return here[0]!.run(plans, {
    ...call,
    variables: opened(beginning.tensors, verification.compiled.parameters, seed),
  });
}

/** Weights, scales and biases that are 0 are drawn; what is small enough keeps units as they are. */
function opened(
  tensors: ReadonlyMap<string, Float32Array>,
  parameters: readonly CompiledParameter[],
  seed: number,
): ReadonlyMap<string, Float32Array> {
  const closed = parameters.filter(({ path }) => tensors.get(path)!.every((value) => value === 0));
  const drawn = closed.map(({ path: name }) => {
    const values = new Float32Array(tensors.get(name)!.length);
    fillUniform(values, randomStream(seed, `open ${name}`), 1);
    return [name, values.map((value) => (value - 0.5) / 5)] as const;
  });
  return new Map([...tensors, ...drawn]);
}

function isZero({ outputs }: Left, name: string): boolean {
  return outputs.get(name)!.every((value) => value === 0);
}
