import { interpret } from "../../src/compiler/ir/interpret.ts";
import type { Graph } from "../../src/compiler/ir/graph.ts";
import { interpretPlan } from "../../src/compiler/plan/interpret-plan.ts";
import type { Plan } from "../../src/compiler/plan/plan.ts";
import type { Network } from "./networks.ts";

/** The first `rows` rows of a batched array of `capacity` rows. */
export function rowsOf(values: Float64Array, capacity: number, rows: number): Float64Array {
  return values.subarray(0, (values.length / capacity) * rows);
}

/** The network's arrays as the graph interpreter wants them: batched ones with the actual rows only. */
export function graphValues(
  network: Network,
  rows: number,
  values: ReadonlyMap<string, Float64Array> = network.values,
): ReadonlyMap<string, Float64Array> {
  return new Map(
    [...values].map(
      ([name, array]) =>
        [
          name,
          network.types.get(name)?.batched === true ? rowsOf(array, network.capacity, rows) : array,
        ] as const,
    ),
  );
}

/** The largest |a − b| / max(1, |b|) over the rows that count. */
export function difference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let worst = 0;
  for (let place = 0; place < expected.length; place++) {
    const gap =
      Math.abs(actual[place]! - expected[place]!) / Math.max(1, Math.abs(expected[place]!));
    if (Number.isNaN(gap)) return Infinity;
    worst = Math.max(worst, gap);
  }
  return worst;
}

/** The worst difference, over outputs and updates, between the plan and the graph it was made from. */
export function planAgainstGraph(network: Network, plan: Plan, rows: number, step = 1): number {
  const scalars = network.scalars(step);
  const expected = interpret(network.graph, { values: graphValues(network, rows), scalars, rows });
  const actual = interpretPlan(plan, { buffers: network.values, scalars, rows });
  const worst = (
    ours: ReadonlyMap<string, Float64Array>,
    theirs: ReadonlyMap<string, Float64Array>,
  ): number =>
    Math.max(0, ...[...ours].map(([name, array]) => difference(array, theirs.get(name)!)));
  const updates = new Map([...expected.updates].filter(([name]) => actual.updates.has(name)));
  const outputs = worst(withRows(actual.results, expected.outputs), expected.outputs);
  return Math.max(outputs, worst(withRows(actual.updates, updates), updates));
}

function withRows(
  actual: ReadonlyMap<string, Float64Array>,
  expected: ReadonlyMap<string, Float64Array>,
): ReadonlyMap<string, Float64Array> {
  return new Map(
    [...expected].map(
      ([name, array]) => [name, actual.get(name)!.subarray(0, array.length)] as const,
    ),
  );
}

/** The losses of `steps` training steps in float64, by the graph interpreter. */
export function interpretedLosses(
  graph: Graph,
  network: Network,
  steps: number,
  rows = network.capacity,
): readonly number[] {
  const values = new Map(network.values);
  const losses: number[] = [];
  for (let step = 1; step <= steps; step++) {
    const { outputs, updates } = interpret(graph, {
      values: graphValues(network, rows, values),
      scalars: network.scalars(step),
      rows,
    });
    losses.push(outputs.get("loss")![0]!);
    for (const [name, array] of updates) values.set(name, array);
  }
  return losses;
}
