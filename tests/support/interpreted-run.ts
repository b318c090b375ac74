import type { CompiledRun } from "../../src/compiler/plan/compiled.ts";
import { interpret, interpretNode } from "../../src/compiler/ir/interpret.ts";
import type { Objective, Place } from "../../src/runtime/minimizer.ts";

/** Arrays by name, and how many rows of the batched ones there are. */
export interface Bound {
  readonly values: ReadonlyMap<string, Float64Array>;
  readonly rows: number;
}

/** The numbers that the host works out for a step of a run of one step an epoch. */
export function hostScalars(
  compiled: CompiledRun,
  step: number,
  totalSteps: number,
): ReadonlyMap<string, number> {
  const clock = new Map([
    ["step", step],
    ["steps_per_epoch", 1],
    ["total_steps", totalSteps],
  ]);
  const hosted = [...compiled.schedules].map(
    ([name, formula]) =>
      [name, interpretNode(formula, { values: new Map(), scalars: clock, rows: 1 })[0]!] as const,
  );
  return new Map([["step", step], ...hosted]);
}

/** States at their first values. */
export function firstStates(compiled: CompiledRun): ReadonlyMap<string, Float64Array> {
  return new Map(
    compiled.states.map(({ name, shape, initial }) => [
      name,
      new Float64Array(shape.reduce((a, b) => a * b, 1)).fill(initial),
    ]),
  );
}

/** The objective of a run whose optimiser moves all weights together, in float64. */
export function interpretedObjective(
  compiled: CompiledRun,
  { values, rows }: Bound,
): Objective & { readonly names: readonly string[] } {
  const names = compiled.parameters.map(({ path }) => path);
  const sizes = compiled.parameters.map(({ shape }) => shape.reduce((a, b) => a * b, 1));
  let point: Float64Array | undefined;
  const cut = (
    vector: Float64Array,
    suffix: string,
  ): readonly (readonly [string, Float64Array])[] => {
    let start = 0;
    return names.map((name, place) => [
      `${name}${suffix}`,
      vector.slice(start, (start += sizes[place]!)),
    ]);
  };
  const outputsAt = (direction: Float64Array): ReadonlyMap<string, Float64Array> => {
    const bound = new Map([
      ...firstStates(compiled),
      ...values,
      ...cut(point!, ""),
      ...cut(direction, "/direction"),
    ]);
    return interpret(compiled.graphs.train, {
      values: bound,
      scalars: hostScalars(compiled, 1, 1),
      rows,
    }).outputs;
  };
  const joined = (outputs: ReadonlyMap<string, Float64Array>, what: string): Float64Array =>
    Float64Array.from(names.flatMap((name) => [...outputs.get(`${what}/${name}`)!]));
  return {
    names,
    evaluate: async (wanted): Promise<Place> => {
      point = wanted.slice();
      const outputs = outputsAt(wanted.map(() => 0));
      return { point, value: outputs.get("objective")![0]!, gradient: joined(outputs, "gradient") };
    },
    curvature: async (direction) => joined(outputsAt(direction), "curvature"),
  };
}
