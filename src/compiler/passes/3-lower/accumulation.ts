import type { Node } from "../../ir/graph.ts";
import type { TypedRun } from "../../typed/program.ts";
import { gatheredName, gatheredNumberName, updateNames } from "../../plan/names.ts";
import { stateBefore } from "./states.ts";
import type { Updating } from "./updates.ts";

/** What is gathered: the gradient of a weight, or a number of the step. */
export type Gathered =
  { readonly weight: string } | { readonly number: "rows" | "loss" | "objective" };

/** The batches of one update, while their gradients are gathered. */
export interface Gathering {
  /** The mean over the rows of the update's batches so far of what is a mean over the rows of each. */
  readonly mean: (what: Gathered, ofBatch: Node) => Node;
  /** What replaces states and weights when the update is whole; until then they stay as they are. */
  readonly whenWhole: (
    updates: ReadonlyMap<string, Node>,
    parameters: ReadonlySet<string>,
  ) => ReadonlyMap<string, Node>;
  /** The sums so far; read once all means are asked for. */
  readonly sums: ReadonlyMap<string, Node>;
}

/**
 * With r rows in a batch and g the gradient of its mean objective, Σ r g / Σ r is the gradient of the mean over the rows of all
 * batches, short ones included; penalties on weights, which every g has once, come out once. Sums begin anew with each update.
 */
export function gatherBatches(updating: Updating): Gathering {
  const { lowering, clock, scalars } = updating;
  // By themselves both are 1: an update of one batch. They are different formulas, so that they stay two updateNames.
  const begins = scalars.declare(updateNames.begins, clock.graph.lessEqual(1, clock.step));
  const ends = scalars.declare(updateNames.ends, clock.graph.less(0, clock.step));
  const sums = new Map<string, Node>();
  const weights = lowering.run.weights.map(({ weight }) => weight.path);
  const sum = (what: Gathered, ofBatch: Node): Node => {
    const graph = lowering.graph.at({ path: ofBatch.origin.path, role: "gradient" });
    const name =
      "weight" in what ? gatheredName(what.weight) : gatheredNumberName(what.number, weights);
    const of = "weight" in what ? what.weight : what.number;
    const before = graph.select(
      begins,
      0,
      graph.state(name, ofBatch.type, { role: "gathered", initial: 0, of }),
    );
    const total = graph.add(before, ofBatch);
    sums.set(name, total);
    return total;
  };
  const graph = lowering.graph.at({ path: "gathering", role: "gradient" });
  const rows = sum({ number: "rows" }, graph.rows());
  return {
    mean: (what, ofBatch) => graph.divide(sum(what, graph.multiply(ofBatch, graph.rows())), rows),
    whenWhole: (updates, parameters) =>
      new Map(
        [...updates].map(([name, value]) => {
          const own = lowering.graph.at({ path: value.origin.path, role: "update" });
          const before = parameters.has(name)
            ? own.parameter(name, value.type)
            : stateBefore(own, name);
          return [name, own.select(ends, value, before)];
        }),
      ),
    sums,
  };
}

/** Whether several batches make one update. */
export function gathersBatches(run: TypedRun): boolean {
  return run.accumulate !== undefined;
}
