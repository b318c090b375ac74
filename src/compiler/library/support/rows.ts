import type { GraphBuilder } from "../../ir/builder.ts";
import type { Node } from "../../ir/graph.ts";
import { axesOf } from "./arrange.ts";

/** The mean of each row: `[B, …]` to `[B]`. */
export function rowMean(graph: GraphBuilder, x: Node): Node {
  const axes = axesOf(x.type.shape.length).slice(1);
  return axes.length === 0 ? x : graph.mean(x, axes);
}

/** The sum of each row: `[B, …]` to `[B]`. */
export function rowSum(graph: GraphBuilder, x: Node): Node {
  const axes = axesOf(x.type.shape.length).slice(1);
  return axes.length === 0 ? x : graph.sum(x, axes);
}

/** Values against targets of the same elements: `[B, 1]` against `[B]` is brought to one shape. */
export function difference(graph: GraphBuilder, a: Node, b: Node): Node {
  return graph.subtract(a, sameShape(graph, b, a));
}

/** `x` under the shape of `like`, which has as many elements; the builder drops a reshape that changes nothing. */
export function sameShape(graph: GraphBuilder, x: Node, like: Node): Node {
  return graph.reshape(x, like.type.shape);
}
