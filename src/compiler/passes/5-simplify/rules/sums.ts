import { elementCount } from "../../../ir/array-type.ts";
import type { GraphBuilder, Operand } from "../../../ir/builder.ts";
import type { Node, NodeOf } from "../../../ir/graph.ts";
import { otherAxes } from "../../../ir/primitives/axes.ts";
import type { Rule } from "../../../ir/rewrite.ts";
import { isScalar } from "../../../ir/types.ts";

/** Σ broadcast(x) → n · Σ x, where n counts the repetitions that were summed (rows, for the batch). */
export const sumOfBroadcast: Rule = (graph, node) => {
  const [operand] = node.inputs;
  if (node.op !== "reduce_sum" || operand!.op !== "broadcast") return undefined;
  const parts = reducedBroadcast(operand!, node.attributes.axes);
  if (!parts) return undefined;
  const sum = graph.sum(operand!.inputs[0]!, parts.inner);
  return graph.broadcast(
    graph.multiply(sum, repetitions(graph, operand!, parts.repeated)),
    node.type,
    parts.axes,
  );
};

/** max broadcast(x) → broadcast(max x). */
export const maximumOfBroadcast: Rule = (graph, node) => {
  const [operand] = node.inputs;
  if (node.op !== "reduce_max" || operand!.op !== "broadcast") return undefined;
  const parts = reducedBroadcast(operand!, node.attributes.axes);
  return (
    parts && graph.broadcast(graph.max(operand!.inputs[0]!, parts.inner), node.type, parts.axes)
  );
};

interface ReducedBroadcast {
  /** Reduced axes of the result of the broadcast along which it only repeats. */
  readonly repeated: readonly number[];
  /** Axes of x to reduce. */
  readonly inner: readonly number[];
  /** Where the axes that x keeps lie in the reduced result. */
  readonly axes: readonly number[];
}

function reducedBroadcast(
  operand: NodeOf<"broadcast">,
  reduced: readonly number[],
): ReducedBroadcast | undefined {
  const { axes } = operand.attributes;
  const repeated = reduced.filter((axis) => !axes.includes(axis));
  if (repeated.length === 0) return undefined;
  const kept = otherAxes(operand.type.shape.length, reduced);
  const inner = axes.flatMap((axis, place) => (reduced.includes(axis) ? [place] : []));
  return {
    repeated,
    inner,
    axes: axes.filter((axis) => !reduced.includes(axis)).map((axis) => kept.indexOf(axis)),
  };
}

function repetitions(
  graph: GraphBuilder,
  { type: { shape, batched } }: Node,
  repeated: readonly number[],
): Operand {
  const isOverBatch = batched && repeated.includes(0);
  const others = repeated
    .filter((axis) => !(isOverBatch && axis === 0))
    .map((axis) => shape[axis]!);
  const count = elementCount({ shape: others, batched: false });
  return isOverBatch ? graph.multiply(graph.rows(), count) : count;
}

/** Σ (s · x) → s · Σ x and Σ (x / s) → (Σ x) / s for a scalar s. */
export const sumOfScaled: Rule = (graph, node, { isOnlyUse }) => {
  const [operand] = node.inputs;
  if (node.op !== "reduce_sum" || !isOnlyUse(operand!)) return undefined;
  const [a, b] = operand!.inputs as readonly [Node, Node];
  const { axes } = node.attributes;
  if (operand!.op === "multiply" && isScalar(a.type)) return graph.multiply(a, graph.sum(b, axes));
  if (operand!.op === "multiply" && isScalar(b.type)) return graph.multiply(graph.sum(a, axes), b);
  if (operand!.op === "divide" && isScalar(b.type)) return graph.divide(graph.sum(a, axes), b);
  return undefined;
};

/** Σ Σ x → one sum. */
export const sumOfSum: Rule = (graph, node, { isOnlyUse }) => {
  const [operand] = node.inputs;
  if (node.op !== "reduce_sum" || operand!.op !== "reduce_sum" || !isOnlyUse(operand!))
    return undefined;
  const inner = operand!.inputs[0]!;
  const kept = otherAxes(inner.type.shape.length, operand!.attributes.axes);
  return graph.sum(inner, [
    ...operand!.attributes.axes,
    ...node.attributes.axes.map((axis) => kept[axis]!),
  ]);
};

/** The sum of everything does not mind a reshape or a transposition. */
export const sumOfMovement: Rule = (graph, node) => {
  const [operand] = node.inputs;
  if (node.op !== "reduce_sum" || !isScalar(node.type)) return undefined;
  return operand!.op === "reshape" || operand!.op === "transpose"
    ? graph.sum(operand!.inputs[0]!)
    : undefined;
};
