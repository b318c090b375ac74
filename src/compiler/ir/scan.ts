import { invariant } from "../base/invariant.ts";
import type { ArrayType } from "./array-type.ts";
import type { GraphBuilder } from "./builder.ts";
import type { Node, Op } from "./graph.ts";
import { bodyNodes, placeType } from "./primitives/scan.ts";

/** A calculation along axis 1 of its sequences, as its body is written down. */
export interface Recurrence {
  /** [b, t, …] each. */
  readonly sequences: readonly Node[];
  /** The same at every place, without a batch: operands of contractions, or broadcast. */
  readonly constants: readonly Node[];
  /** The types at one place of the values that go on to the next, [b, …]; they start at 0. */
  readonly values: readonly ArrayType[];
  readonly reverse?: boolean;
  /** From the values of the place before those of this place. */
  readonly step: (
    before: readonly Node[],
    here: readonly Node[],
    constants: readonly Node[],
  ) => readonly Node[];
}

/** The values of a recurrence at all places, [b, t, …] each. */
export function recur(
  graph: GraphBuilder,
  { sequences, constants, values, reverse = false, step }: Recurrence,
): readonly Node[] {
  const body = step(
    values.map((type, number) => graph.local("before", number, type)),
    sequences.map(({ type }, number) => graph.local("here", number, placeType(type))),
    constants.map(({ type }, number) => graph.local("constant", number, type)),
  );
  invariant(body.length >= values.length, "a recurrence makes fewer values than it goes on with");
  const all = [...body, ...worthKeeping(body)];
  return body.map((_, output) =>
    graph.make("scan", [...sequences, ...constants], {
      body: all,
      sequences: sequences.length,
      reverse,
      output,
    }),
  );
}

const expensive: ReadonlySet<Op> = new Set<Op>([
  "contract",
  "exp",
  "log",
  "sqrt",
  "tanh",
  "sigmoid",
  "erf",
  "divide",
  "power",
]);

/**
 * What the gradient is not to work out again: products, and functions that take long; and what constants are multiplied by, for the
 * gradients of these. Values that nobody asks for are never stored.
 */
function worthKeeping(body: readonly Node[]): readonly Node[] {
  const kept = new Set<Node>();
  for (const node of bodyNodes(body)) {
    if (expensive.has(node.op)) kept.add(node);
    if (node.op === "contract")
      for (const operand of node.inputs) if (operand.op !== "local") kept.add(operand);
  }
  return [...kept].filter((node) => node.type.batched && !body.includes(node));
}
