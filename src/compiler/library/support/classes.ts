import type { GraphBuilder } from "../../ir/builder.ts";
import type { Node } from "../../ir/graph.ts";

/** The class axis is the last of the logits. */
export function classAxis(logits: Node): number {
  return logits.type.shape.length - 1;
}

/** Whether targets are labels (one number where the logits have a class axis) rather than distributions. */
export function areLabels(logits: Node, target: Node): boolean {
  return target.type.shape.length === logits.type.shape.length - 1;
}

/** Labels as they are, and of distributions the class with the largest share (the lowest of equal ones). */
export function labelsOf(graph: GraphBuilder, logits: Node, target: Node): Node {
  if (areLabels(logits, target)) return target;
  const axis = classAxis(target);
  const largest = graph.spread(graph.max(target, [axis]), target.type, [axis]);
  const classes = target.type.shape[axis]!;
  const backwards = graph.select(
    graph.equal(target, largest),
    graph.subtract(classes, graph.iota(target.type, axis)),
    0,
  );
  return graph.subtract(classes, graph.max(backwards, [axis]));
}

/** 1 at the class of the label, 0 elsewhere, of the logits' shape. */
export function oneHot(graph: GraphBuilder, logits: Node, labels: Node): Node {
  const axis = classAxis(logits);
  return graph.equal(graph.iota(logits.type, axis), graph.spread(labels, logits.type, [axis]));
}

/** The logit of the labelled class. A select, so that an infinite logit of another class does no harm. */
export function chosenLogit(graph: GraphBuilder, logits: Node, hot: Node): Node {
  return graph.sum(graph.select(hot, logits, 0), [classAxis(logits)]);
}
