import type { GraphBuilder } from "../../ir/builder.ts";
import type { Node } from "../../ir/graph.ts";

/** Runs `transform` with axis `place` moved to the end, and moves the last axis of the result back to its place. */
export function withLast(
  graph: GraphBuilder,
  x: Node,
  place: number,
  transform: (x: Node) => Node,
): Node {
  const rank = x.type.shape.length;
  if (place === rank - 1) return transform(x);
  const order = axesOf(rank).filter((axis) => axis !== place);
  const result = transform(graph.transpose(x, [...order, place]));
  const back = axesOf(rank - 1);
  back.splice(place, 0, rank - 1);
  return graph.transpose(result, back);
}

/** 0, 1, … rank − 1. */
export function axesOf(rank: number): number[] {
  return Array.from({ length: rank }, (_, axis) => axis);
}

/** All axes but those given. */
export function axesBut(rank: number, kept: readonly number[]): number[] {
  return axesOf(rank).filter((axis) => !kept.includes(axis));
}

/** Repeats a tensor of features into the type of `like`; axis i of it becomes `places[i]`. */
export function along(graph: GraphBuilder, x: Node, like: Node, places: readonly number[]): Node {
  return graph.broadcast(x, like.type, places);
}
