import type { GraphBuilder } from "../../ir/builder.ts";
import type { Node } from "../../ir/graph.ts";

/**
 * `above(x)` where x >= 0, otherwise `below(x)`. Each side is given x clamped to its own half, so that the side not taken
 * stays finite: its gradient is multiplied by 0, and 0 times infinity would be NaN.
 */
export function bySign(
  graph: GraphBuilder,
  x: Node,
  above: (x: Node) => Node,
  below: (x: Node) => Node,
): Node {
  const positive = graph.lessEqual(0, x);
  const high = above(graph.select(positive, x, 0));
  const low = below(graph.select(positive, 0, x));
  return graph.select(positive, high, low);
}

/** max(0, x), with gradient 0 at 0 as PyTorch has it, and NaN kept. */
export function rectify(graph: GraphBuilder, x: Node): Node {
  return graph.select(graph.lessEqual(x, 0), 0, x);
}

export function clamp(graph: GraphBuilder, x: Node, low: number, high: number): Node {
  return graph.minimum(graph.maximum(x, low), high);
}

/** log(1 + e^x), without overflow: x + log(1 + e^-x) for x >= 0. */
export function softplusOf(graph: GraphBuilder, x: Node): Node {
  return bySign(
    graph,
    x,
    (high) => graph.add(high, graph.log(graph.add(1, graph.exp(graph.negate(high))))),
    (low) => graph.log(graph.add(1, graph.exp(low))),
  );
}
