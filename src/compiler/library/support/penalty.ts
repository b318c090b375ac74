import type { GraphBuilder } from "../../ir/builder.ts";
import type { Node } from "../../ir/graph.ts";

/** The sum of all terms; for a value of the batch the mean over its rows of each row's sum. */
export function total(graph: GraphBuilder, terms: Node): Node {
  const sum = graph.sum(terms);
  return terms.type.batched ? graph.divide(sum, graph.rows()) : sum;
}

export const strength = {
  kind: "number",
  minimum: 0,
  summary: "The factor of the penalty, lambda.",
} as const;

/** λ Σ |w|. */
export function absoluteSum(graph: GraphBuilder, x: Node, factor: number): Node {
  return graph.multiply(factor, total(graph, graph.absolute(x)));
}

/** (λ/2) Σ w². */
export function halfSquareSum(graph: GraphBuilder, x: Node, factor: number): Node {
  return graph.multiply(factor / 2, total(graph, graph.multiply(x, x)));
}
