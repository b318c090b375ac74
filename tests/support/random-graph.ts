import type { ArrayType } from "../../src/compiler/ir/array-type.ts";
import type { GraphBuilder } from "../../src/compiler/ir/builder.ts";
import type { Node } from "../../src/compiler/ir/graph.ts";
import { sameType } from "../../src/compiler/ir/types.ts";
import { uniformNumbers } from "./random-numbers.ts";

/** The leaves of a random graph: `capacity` rows, and values that keep everything moderate. */
export const capacity = 4;
export const leafTypes: readonly ArrayType[] = [
  { shape: [capacity, 3], batched: true },
  { shape: [capacity, 2, 3], batched: true },
  { shape: [3, 2], batched: false },
  { shape: [3], batched: false },
  { shape: [], batched: false },
];

type Choose = (count: number) => number;
type Step = (
  graph: GraphBuilder,
  x: Node,
  nodes: readonly Node[],
  choose: Choose,
) => Node | undefined;

const smooth: readonly Step[] = [
  (graph, x) => graph.tanh(x),
  (graph, x) => graph.sigmoid(x),
  (graph, x) => graph.negate(x),
  (graph, x) => graph.sine(x),
  (graph, x, nodes, choose) => graph.add(x, partner(x, nodes, choose)),
  (graph, x, nodes, choose) => graph.subtract(x, partner(x, nodes, choose)),
  (graph, x, nodes, choose) => graph.multiply(partner(x, nodes, choose), graph.tanh(x)),
  (graph, x, nodes, choose) =>
    graph.subtract(graph.negate(x), graph.negate(partner(x, nodes, choose))),
  (graph, x, nodes, choose) => graph.divide(x, graph.add(2, graph.tanh(partner(x, nodes, choose)))),
  (graph, x, _nodes, choose) =>
    graph.multiply(graph.multiply(x, [0.5, 1, -1, 2][choose(4)]!), [3, 1, -0.5][choose(3)]!),
  (graph, x, _nodes, choose) =>
    graph.subtract(graph.add([0.5, 0, -1][choose(3)]!, x), [1, 0][choose(2)]!),
  (graph, x, nodes, choose) =>
    graph.select(graph.less(nodes[4]!, [0, 5][choose(2)]!), x, partner(x, nodes, choose)),
  (graph, x, _nodes, choose) => repeatedAlong(graph, x, choose),
  (graph, x, _nodes, choose) => graph.broadcast(graph.sum(x), leafTypes[choose(4)]!, []),
  (graph, x, _nodes, choose) => graph.sum(x, someAxes(x, choose)),
  (graph, x, _nodes, choose) => spreadMean(graph, x, someAxes(x, choose)),
  flattened,
  transposed,
  (graph, x, _nodes, choose) => padded(graph, x, choose),
  (graph, x, nodes, choose) =>
    lastAxis(x) < 0
      ? undefined
      : halfOf(graph, graph.concatenate([x, sameOrOwn(x, nodes, choose)], lastAxis(x)), choose),
  contracted,
];

const kinked: readonly Step[] = [
  (graph, x, nodes, choose) => graph.maximum(x, partner(x, nodes, choose)),
  (graph, x, nodes, choose) => graph.minimum(x, partner(x, nodes, choose)),
  (graph, x) => graph.absolute(x),
  (graph, x, _nodes, choose) => graph.max(x, someAxes(x, choose)),
];

/** A graph of `length` random steps over leaves named 0 … 4; equal for equal seeds. `isSmooth`: without maxima and |x|. */
export function randomNodes(
  graph: GraphBuilder,
  seed: number,
  length: number,
  isSmooth = false,
): readonly Node[] {
  const uniform = uniformNumbers(seed);
  const choose: Choose = (count) => Math.floor(uniform() * count);
  const nodes: Node[] = leafTypes.map((type, place) => graph.input(`${place}`, type));
  const steps = isSmooth ? smooth : [...smooth, ...kinked];
  for (let count = 0; count < length; count++) {
    const made = steps[choose(steps.length)]!(graph, nodes[choose(nodes.length)]!, nodes, choose);
    if (made && made.type.shape.length <= 4 && made.type.shape.every((size) => size <= 24))
      nodes.push(made);
  }
  return nodes;
}

/** A node of x's type, or a scalar. */
function partner(x: Node, nodes: readonly Node[], choose: Choose): Node {
  const fitting = nodes.filter(({ type }) => sameType(type, x.type) || type.shape.length === 0);
  return fitting[choose(fitting.length)]!;
}

function sameOrOwn(x: Node, nodes: readonly Node[], choose: Choose): Node {
  const fitting = nodes.filter(({ type }) => sameType(type, x.type));
  return fitting[choose(fitting.length)] ?? x;
}

function someAxes({ type }: Node, choose: Choose): number[] {
  return type.shape.map((_, axis) => axis).filter(() => choose(2) === 0);
}

function spreadMean(graph: GraphBuilder, x: Node, axes: readonly number[]): Node {
  return graph.spread(graph.mean(x, axes), x.type, axes);
}

function flattened(graph: GraphBuilder, x: Node): Node {
  const { shape, batched } = x.type;
  const rest = shape.slice(1).reduce((product, size) => product * size, 1);
  return graph.reshape(x, batched ? [shape[0]!, rest] : [rest * (shape[0] ?? 1)]);
}

/** The axes moved round by one, the batch left where it is. */
function transposed(graph: GraphBuilder, x: Node): Node {
  const axes = x.type.shape.map((_, axis) => axis);
  const moving = axes.slice(x.type.batched ? 1 : 0);
  return graph.transpose(x, [
    ...axes.slice(0, axes.length - moving.length),
    ...moving.slice(1),
    ...moving.slice(0, 1),
  ]);
}

/** The last axis unless it is the batch; −1 when there is none. */
function lastAxis({ type }: Node): number {
  return type.shape.length > (type.batched ? 1 : 0) ? type.shape.length - 1 : -1;
}

function repeatedAlong(graph: GraphBuilder, x: Node, choose: Choose): Node {
  const { shape, batched } = x.type;
  const place = (batched ? 1 : 0) + choose(shape.length + (batched ? 0 : 1));
  const becomesBatch = !batched && place === 0 && choose(2) === 0;
  const type = {
    shape: shape.toSpliced(place, 0, becomesBatch ? capacity : 2),
    batched: batched || becomesBatch,
  };
  return graph.broadcast(
    x,
    type,
    shape.map((_, axis) => (axis < place ? axis : axis + 1)),
  );
}

function padded(graph: GraphBuilder, x: Node, choose: Choose): Node | undefined {
  const axis = lastAxis(x);
  if (axis < 0) return undefined;
  const along = (amount: number): number[] =>
    x.type.shape.map((_, at) => (at === axis ? amount : 0));
  const wide = graph.pad(x, along(2), along(choose(2)));
  return choose(2) === 0 ? wide : graph.slice(wide, along(1 + choose(2)), x.type.shape);
}

function halfOf(graph: GraphBuilder, x: Node, choose: Choose): Node {
  const axis = x.type.shape.length - 1;
  const half = x.type.shape[axis]! / 2;
  return graph.slice(
    x,
    x.type.shape.map((_, at) => (at === axis ? choose(2) * half : 0)),
    x.type.shape.with(axis, half),
  );
}

/** x contracted with a node that shares an axis size: over that axis, or with itself over everything but one. */
function contracted(
  graph: GraphBuilder,
  x: Node,
  nodes: readonly Node[],
  choose: Choose,
): Node | undefined {
  const rank = x.type.shape.length;
  if (rank === 0) return undefined;
  const letters = "abcd".slice(0, rank);
  const kept = [...letters].filter((_, axis) => axis === 0 || choose(2) === 0).join("");
  const others = nodes.filter(
    ({ type }) =>
      !type.batched && type.shape.length === 2 && type.shape[0] === x.type.shape[rank - 1],
  );
  const other = others[choose(others.length)];
  const isWithOther = other !== undefined && lastAxis(x) >= 0 && choose(3) > 0;
  if (!isWithOther)
    return graph.contract(
      x,
      graph.tanh(sameOrOwn(x, nodes, choose)),
      `${letters},${letters}->${kept}`,
    );
  return graph.contract(x, other, `${letters},${letters.at(-1)}z->${letters.slice(0, -1)}z`);
}
