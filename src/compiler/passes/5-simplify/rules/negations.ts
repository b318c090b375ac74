import { constantOf } from "../../../ir/constants.ts";
import type { Node } from "../../../ir/graph.ts";
import type { Rule } from "../../../ir/rewrite.ts";

/** a + (−b) → a − b; a − (−b) → a + b; (−a)(−b) → ab; (−a)·c → a·(−c); the same for quotients. */
export const negatedOperands: Rule = (graph, node) => {
  const [a, b] = node.inputs as readonly [Node, Node];
  switch (node.op) {
    case "add":
      if (b.op === "negate") return graph.subtract(a, b.inputs[0]!);
      return a.op === "negate" ? graph.subtract(b, a.inputs[0]!) : undefined;
    case "subtract":
      return b.op === "negate" ? graph.add(a, b.inputs[0]!) : undefined;
    case "multiply":
    case "divide": {
      const [p, q] = [withoutSign(a, graph), withoutSign(b, graph)];
      if (p && q) return graph.make(node.op, [p, q], {});
      return undefined;
    }
    default:
      return undefined;
  }
};

/** The negative of a node, where that costs nothing and takes a sign away from one of the operands. */
function withoutSign(node: Node, graph: Parameters<Rule>[0]): Node | undefined {
  if (node.op === "negate") return node.inputs[0]!;
  const value = constantOf(node);
  return value !== undefined && value < 0 && node.op === "constant"
    ? graph.constant(-value)
    : undefined;
}

/** −(a − b) → b − a. */
export const negatedDifference: Rule = (graph, node, { isOnlyUse }) => {
  const [operand] = node.inputs;
  if (node.op !== "negate" || operand!.op !== "subtract" || !isOnlyUse(operand!)) return undefined;
  return graph.subtract(operand!.inputs[1]!, operand!.inputs[0]!);
};
