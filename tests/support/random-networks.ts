import { nodesOf, type Node, type Window } from "../../src/compiler/ir/graph.ts";
import { createBuilder } from "../../src/compiler/ir/make-builder.ts";
import type { ArrayType } from "../../src/compiler/ir/array-type.ts";
import { differentiate } from "../../src/compiler/passes/4-differentiate/differentiate.ts";
import { networkOf, numbersFrom, type Network } from "./networks.ts";
import { capacity, randomNodes } from "./random-graph.ts";

/** A random graph of every kind of node as a network of outputs only. */
export function randomNetwork(seed: number, length = 14): Network {
  const nodes = randomNodes(createBuilder({ path: "random", role: "forward" }), seed, length);
  const outputs = new Map(nodes.slice(-4).map((node, place) => [`out${place}`, node] as const));
  const graph = { outputs, updates: new Map() };
  const next = numbersFrom(seed);
  const values = new Map<string, Float64Array>();
  const types = new Map<string, ArrayType>();
  const inputs: string[] = [];
  const scalars = new Map<string, number>();
  for (const node of nodesOf(graph)) {
    if (node.op === "scalar") scalars.set(node.attributes.name, 0.5 + next());
    if (
      node.op !== "input" &&
      node.op !== "parameter" &&
      node.op !== "state" &&
      node.op !== "random"
    )
      continue;
    const name = node.op === "random" ? node.attributes.stream : node.attributes.name;
    types.set(name, node.type);
    values.set(
      name,
      Float64Array.from(
        { length: node.type.shape.reduce((product, size) => product * size, 1) },
        () => Math.fround(next() * 2 - (node.op === "random" ? 0 : 1)),
      ),
    );
    if (node.op === "input") inputs.push(name);
  }
  return { graph, capacity, values, types, inputs, scalars: () => scalars };
}

type Choose = (...values: readonly number[]) => number;

/** A window of 1 or 2 axes that fits into `size`. */
function randomWindow(choose: Choose, rank: number): Window {
  const each = (make: () => number): readonly number[] => Array.from({ length: rank }, make);
  const size = each(() => choose(1, 2, 3));
  const dilation = each(() => choose(1, 2));
  // A border as wide as the window would leave windows without a single element.
  const border = (axis: number): number =>
    Math.min(choose(0, 1, 2), (size[axis]! - 1) * dilation[axis]!);
  return {
    size,
    dilation,
    stride: each(() => choose(1, 2, 3)),
    low: size.map((_, axis) => border(axis)),
    high: size.map((_, axis) => border(axis)),
  };
}

/** The sum of sin(window of x), with the gradients of everything that goes in. */
export function windowed(
  seed: number,
  kind: "convolve" | "max" | "sum",
  isReshaped: boolean,
): Network {
  const next = numbersFrom(seed);
  const choose: Choose = (...values) => values[Math.floor(next() * values.length)]!;
  const rank = choose(1, 2);
  const groups = kind === "convolve" ? choose(1, 1, 2, 4) : 1;
  const window = randomWindow(choose, rank);
  const spatial = window.size.map(
    (size, axis) => (size - 1) * window.dilation[axis]! + choose(1, 3, 4),
  );
  const graph = createBuilder({ path: "layer", role: "forward" });
  const shape = [3, ...spatial, groups * choose(1, 2)];
  const flat = [3, shape.slice(1).reduce((product, size) => product * size, 1)];
  const input = graph.input("x", { shape: isReshaped ? flat : shape, batched: true });
  const x = isReshaped ? graph.reshape(graph.tanh(input), shape) : input;
  const w = graph.parameter("layer.weight", {
    shape: [...window.size, shape.at(-1)! / groups, groups * choose(1, 2)],
    batched: false,
  });
  const y =
    kind === "convolve"
      ? graph.convolve(x, w, window, groups)
      : kind === "max"
        ? graph.windowMax(graph.multiply(x, 2), window)
        : graph.windowSum(x, window);
  const loss = graph.sum(graph.sine(y));
  const wanted: readonly Node[] = kind === "convolve" ? [input, w] : [input];
  const gradients = differentiate(graph, loss, wanted);
  const outputs = new Map<string, Node>([
    ["y", y],
    ["loss", loss],
    ...wanted.map((node, place) => [`gradient${place}`, gradients.get(node)!] as const),
  ]);
  return networkOf({ outputs, updates: new Map() }, 3, 2, seed);
}
