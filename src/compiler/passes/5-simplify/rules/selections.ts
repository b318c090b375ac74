import { isConstant } from "../../../ir/constants.ts";
import type { Node, Op } from "../../../ir/graph.ts";
import type { Rule } from "../../../ir/rewrite.ts";
import { sameType } from "../../../ir/types.ts";

const indicators: ReadonlySet<Op> = new Set<Op>(["less", "less_equal", "equal"]);

/** select(a < b, 1, 0) → a < b, which is 1 or 0 already. */
export const selectOfIndicator: Rule = (_graph, node) => {
  if (node.op !== "select") return undefined;
  const [condition, then, otherwise] = node.inputs as readonly [Node, Node, Node];
  const isIndicator =
    indicators.has(condition.op) && isConstant(then, 1) && isConstant(otherwise, 0);
  return isIndicator && sameType(condition.type, node.type) ? condition : undefined;
};

/** select(c, select(c, x, y), z) → select(c, x, z), and likewise on the other side. */
export const nestedSelect: Rule = (graph, node) => {
  if (node.op !== "select") return undefined;
  const [condition, then, otherwise] = node.inputs as readonly [Node, Node, Node];
  const isNested = (branch: Node): boolean =>
    branch.op === "select" && branch.inputs[0] === condition;
  if (!isNested(then) && !isNested(otherwise)) return undefined;
  const flat = graph.select(
    condition,
    isNested(then) ? then.inputs[1]! : then,
    isNested(otherwise) ? otherwise.inputs[2]! : otherwise,
  );
  return sameType(flat.type, node.type) ? flat : undefined;
};

/**
 * select(x ≤ 0, 0, g) → select(y ≤ 0, 0, g) where y = select(x ≤ 0, 0, x) = relu(x): y ≤ 0 exactly where x ≤ 0, and both are NaN
 * together. So the gradient through a ReLU reads its output, and what went into it need not be kept.
 */
export const maskByOutput: Rule = (graph, node) => {
  const mask = maskOf(node);
  if (mask === undefined || mask.value === mask.compared || isRectified(mask.compared))
    return undefined;
  const output = graph.select(graph.lessEqual(mask.compared, 0), 0, mask.compared);
  const better = graph.select(graph.lessEqual(output, 0), 0, mask.value);
  return sameType(better.type, node.type) ? better : undefined;
};

/** x and g of select(x ≤ 0, 0, g). */
function maskOf(node: Node): { readonly compared: Node; readonly value: Node } | undefined {
  if (node.op !== "select") return undefined;
  const [condition, then, value] = node.inputs as readonly [Node, Node, Node];
  if (condition.op !== "less_equal" || !isConstant(then, 0) || !isConstant(condition.inputs[1]!, 0))
    return undefined;
  return { compared: condition.inputs[0]!, value };
}

/** Whether a node is select(x ≤ 0, 0, x) for some x. */
function isRectified(node: Node): boolean {
  const mask = maskOf(node);
  return mask !== undefined && mask.value === mask.compared;
}
