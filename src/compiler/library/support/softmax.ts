import type { GraphBuilder } from "../../ir/builder.ts";
import type { Node } from "../../ir/graph.ts";

/**
 * x less its maximum over `axis`, rounded up: the same for softmax as x itself, and exp of it is at most 1 while their sum is
 * at least 1/e. The rounding makes the shift a constant for the gradient, so none flows through the maximum (exactly, the
 * two ways through it cancel).
 */
function shifted(graph: GraphBuilder, x: Node, axis: number): Node {
  return graph.subtract(x, graph.spread(graph.ceil(graph.max(x, [axis])), x.type, [axis]));
}

/** e^x / sum of e^x over `axis`, without overflow. */
export function softmaxOf(graph: GraphBuilder, x: Node, axis: number): Node {
  const powers = graph.exp(shifted(graph, x, axis));
  return graph.divide(powers, graph.spread(graph.sum(powers, [axis]), x.type, [axis]));
}

/** x - log of the sum of e^x over `axis`, without overflow. */
export function logSoftmaxOf(graph: GraphBuilder, x: Node, axis: number): Node {
  const centred = shifted(graph, x, axis);
  return graph.subtract(
    centred,
    graph.spread(graph.log(graph.sum(graph.exp(centred), [axis])), x.type, [axis]),
  );
}
