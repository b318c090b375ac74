import { interpret } from "../../src/compiler/ir/interpret.ts";
import type { CompiledRun } from "../../src/compiler/plan/compiled.ts";
import type { Device } from "../../src/runtime/device.ts";
import {
  dueAt,
  invertFactors,
  type Factor,
  type KroneckerFactors,
} from "../../src/runtime/kronecker.ts";
import { kroneckerLayers } from "../../src/compiler/typed/kronecker.ts";
import { hostScalars, type Bound } from "./interpreted-run.ts";

/** What the trainer knows of the layers of K-FAC. */
export function factorsOf(compiled: CompiledRun): readonly KroneckerFactors[] {
  const width = (name: string): number =>
    compiled.states.find((state) => state.name === name)!.shape[0]!;
  return kroneckerLayers(compiled.run).map(({ layer: { path }, weight }) => {
    const { damping, every } = weight.optimizer.use.arguments;
    const factor = (side: "inputs" | "outputs"): Factor => ({
      ...{ name: `${path}/${side}`, inverse: `${path}/${side}_inverse` },
      size: width(`${path}/${side}`),
    });
    return {
      inputs: factor("inputs"),
      outputs: factor("outputs"),
      damping: damping as number,
      every: every as number,
    };
  });
}

/** A step of a run with K-FAC, as the trainer makes it, in float64 but for the inverses, which are 32-bit numbers. */
export async function kroneckerStep(
  compiled: CompiledRun,
  { values, rows }: Bound,
  step: number,
  total = 100,
): Promise<ReadonlyMap<string, Float64Array>> {
  let state = new Map(values);
  const scalars = hostScalars(compiled, step, total);
  const run = (numbers: Readonly<Record<string, number>>): void => {
    const { updates } = interpret(compiled.graphs.train, {
      values: state,
      scalars: new Map([...scalars, ...Object.entries(numbers)]),
      rows,
    });
    state = new Map([...state, ...updates]);
  };
  const device = {
    read: async (name: string) => Float32Array.from(state.get(name)!),
    write: (name: string, written: Float32Array) =>
      void state.set(name, Float64Array.from(written)),
  } as unknown as Device;
  const due = dueAt(factorsOf(compiled), step);
  if (due.length === 0) run({});
  else {
    run({ kfac_apply: 0 });
    await invertFactors(device, due);
    run({ kfac_measure: 0 });
  }
  return state;
}
