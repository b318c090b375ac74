import { isElementwise } from "../../../ir/elementwise.ts";
import type { Node, NodeOf } from "../../../ir/graph.ts";
import type { Rule } from "../../../ir/rewrite.ts";
import { isScalar, sameShape, sameType } from "../../../ir/types.ts";

type Broadcast = NodeOf<"broadcast">;

function isRepeatedScalar(node: Node): boolean {
  return node.op === "broadcast" && isScalar(node.inputs[0]!.type);
}

/** f(x, broadcast(s)) → f(x, s) for a scalar s: elementwise operations repeat scalars by themselves. */
export const scalarOperands: Rule = (graph, node) => {
  if (!isElementwise(node.op) || !node.inputs.some(isRepeatedScalar)) return undefined;
  const isShapeKept = node.inputs.some(
    (operand) => !isScalar(operand.type) && !isRepeatedScalar(operand),
  );
  if (!isShapeKept) return undefined;
  const inputs = node.inputs.map((operand) =>
    isRepeatedScalar(operand) ? operand.inputs[0]! : operand,
  );
  return graph.make(node.op, inputs, node.attributes as never);
};

/** f(broadcast(x), broadcast(y), s) → broadcast(f(x, y, s)) where x and y are repeated in the same way. */
export const broadcastAfterElementwise: Rule = (graph, node) => {
  if (!isElementwise(node.op) || isScalar(node.type)) return undefined;
  const shaped = node.inputs.filter((operand) => !isScalar(operand.type));
  if (!shaped.every((operand) => operand.op === "broadcast")) return undefined;
  const [first, ...others] = shaped as readonly Broadcast[];
  if (!others.every((other) => isRepeatedAlike(first!, other))) return undefined;
  const inputs = node.inputs.map((operand) =>
    isScalar(operand.type) ? operand : operand.inputs[0]!,
  );
  return graph.broadcast(
    graph.make(node.op, inputs, node.attributes as never),
    node.type,
    first!.attributes.axes,
  );
};

function isRepeatedAlike(a: Broadcast, b: Broadcast): boolean {
  return (
    sameShape(a.attributes.axes, b.attributes.axes) &&
    sameType(a.inputs[0]!.type, b.inputs[0]!.type)
  );
}
