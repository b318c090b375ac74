import { isConstant } from "../../../ir/constants.ts";
import type { Node, Op } from "../../../ir/graph.ts";
import type { Rule } from "../../../ir/rewrite.ts";
import { sameType } from "../../../ir/types.ts";

const indicators: ReadonlySet<Op> = new Set<Op>(["less", "less_equal", "equal"]);

/** select(a < b, 1, 0) → a < b, which is 1 or 0 already. */
export const selectOfIndicator: Rule = (_graph, node) => {
  if (node.op !== "select") return undefined;
  const [condition, then, otherwise] = node.inputs as readonly [Node, Node, Node];
  const isIndicator = indicators.has(condition.op) && isConstant(then, 1) && isConstant(otherwise, 0);
  return isIndicator && sameType(condition.type, node.type) ? condition : undefined;
};

/** select(c, select(c, x, y), z) → select(c, x, z), and likewise on the other side. */
export const nestedSelect: Rule = (graph, node) => {
  if (node.op !== "select") return undefined;
  const [condition, then, otherwise] = node.inputs as readonly [Node, Node, Node];
  const isNested = (branch: Node): boolean => branch.op === "select" && branch.inputs[0] === condition;
  if (!isNested(then) && !isNested(otherwise)) return undefined;
  const flat = graph.select(condition, isNested(then) ? then.inputs[1]! : then, isNested(otherwise) ? otherwise.inputs[2]! : otherwise);
  return sameType(flat.type, node.type) ? flat : undefined;
};
