import type { GraphBuilder } from "../../ir/builder.ts";
import type { Node } from "../../ir/graph.ts";
import { chosenLogit, classAxis, labelsOf, oneHot } from "./classes.ts";
import { rowMean } from "./rows.ts";

/**
 * 1 for each example whose right class is among the `k` highest scores, otherwise 0 (the mean over further axes): the classes
 * that the right one beats, and itself, are at least C - k + 1. Ties go to the lower class, as argmax has it. Counting what is
 * beaten, not what beats, makes an example with NaN wrong.
 */
export function amongHighest(graph: GraphBuilder, logits: Node, target: Node, k: number): Node {
  const label = labelsOf(graph, logits, target);
  const axis = classAxis(logits);
  const spread = (x: Node) => graph.spread(x, logits.type, [axis]);
  const right = spread(chosenLogit(graph, logits, oneHot(graph, logits, label)));
  const notBefore = graph.lessEqual(spread(label), graph.iota(logits.type, axis));
  const beaten = graph.maximum(
    graph.less(logits, right),
    graph.multiply(graph.equal(logits, right), notBefore),
  );
  const needed = logits.type.shape[axis]! - k + 1;
  return rowMean(graph, graph.lessEqual(needed, graph.sum(beaten, [axis])));
}
