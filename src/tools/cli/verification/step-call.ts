import { nodesOf, type Graph } from "../../../compiler/ir/graph.ts";
import { interpretNode, type Bindings } from "../../../compiler/ir/interpret.ts";
import { bodyNodes } from "../../../compiler/ir/primitives/scan.ts";
import { watchingParts } from "../../../compiler/typed/schedule-parts.ts";
import { clockNames, dropsName } from "../../../compiler/plan/names.ts";
import type { Verification } from "../../../compiler/verification.ts";
import { fillOf, type StepCall } from "./backends.ts";
import type { Beginning } from "./beginning.ts";

/** The same step for devices and for the interpreter. */
export interface SameStep {
  readonly call: StepCall;
  readonly bindings: Bindings;
}

/** A step on the first batch: the first one, or where its rate is 0 the first of a few that has another. */
export function stepOf(verification: Verification, beginning: Beginning, seed: number): SameStep {
  const { stepsPerEpoch, totalSteps, rows, fields, tensors } = beginning;
  const candidates = [1, 2, stepsPerEpoch + 1, Math.ceil(totalSteps / 2)];
  const moves = (at: number): boolean => numbersAt(verification, beginning, at).get("rate") !== 0;
  const step = candidates.find(moves) ?? 1;
  const numbers = numbersAt(verification, beginning, step);
  return {
    call: {
      inputs: Object.fromEntries(fields),
      numbers: Object.fromEntries(numbers),
      rows,
      step,
      variables: tensors,
    },
    bindings: {
      values: new Map([...fields, ...tensors, ...drawn(verification.step, rows, step, seed)]),
      scalars: numbers,
      rows,
    },
  };
}

/** The clock, and what the host makes of it for a step. */
function numbersAt(
  { compiled: { run, schedules } }: Verification,
  { stepsPerEpoch, totalSteps }: Beginning,
  step: number,
): ReadonlyMap<string, number> {
  const clock = new Map<string, number>([
    [clockNames.step, step],
    [clockNames.stepsPerEpoch, stepsPerEpoch],
    [clockNames.totalSteps, totalSteps],
    ...watchingParts(run.schedule.parts).map((_, index) => [dropsName(index), 0] as const),
  ]);
  const made = [...schedules].map(
    ([name, formula]) =>
      [name, interpretNode(formula, { values: new Map(), scalars: clock, rows: 1 })[0]!] as const,
  );
  return new Map([...clock, ...made]);
}

/** The random numbers of a step, as devices draw them: of whole batches, of which the first rows count. */
function drawn(
  graph: Graph,
  rows: number,
  step: number,
  seed: number,
): readonly (readonly [string, Float32Array])[] {
  const fill = fillOf(seed);
  const nodes = nodesOf(graph).flatMap((node) =>
    node.op === "scan" ? [node, ...bodyNodes(node.attributes.body)] : [node],
  );
  return nodes.flatMap((node) => {
    if (node.op !== "random") return [];
    const { shape, batched } = node.type;
    const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
    fill(values, node.attributes.stream, step);
    const counted = batched ? (values.length / shape[0]!) * rows : values.length;
    return [[node.attributes.stream, values.subarray(0, counted)] as const];
  });
}
