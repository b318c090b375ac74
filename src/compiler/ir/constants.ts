import type { ArrayType } from "./array-type.ts";
import type { GraphBuilder } from "./builder.ts";
import type { Node } from "./graph.ts";
import { sameType } from "./types.ts";

/** The number that every element of `node` is, when that is written in the graph: a constant, or one repeated. */
export function constantOf(node: Node): number | undefined {
  if (node.op === "constant") return node.attributes.value;
  if (node.op === "broadcast") return constantOf(node.inputs[0]!);
  return undefined;
}

export function isConstant(node: Node, value: number): boolean {
  return constantOf(node) === value;
}

/** `node` itself, or repeated if it is a scalar where an array is wanted. */
export function fit(graph: GraphBuilder, node: Node, type: ArrayType): Node {
  return sameType(node.type, type) ? node : graph.broadcast(node, type, []);
}
