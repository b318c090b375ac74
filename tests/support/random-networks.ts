import { nodesOf } from "../../src/compiler/ir/graph.ts";
import { createBuilder } from "../../src/compiler/ir/make-builder.ts";
import type { ArrayType } from "../../src/compiler/ir/array-type.ts";
import { numbersFrom, type Network } from "./networks.ts";
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
    if (node.op !== "input" && node.op !== "parameter" && node.op !== "state" && node.op !== "random") continue;
    const name = node.op === "random" ? node.attributes.stream : node.attributes.name;
    types.set(name, node.type);
    values.set(name, Float64Array.from({ length: node.type.shape.reduce((product, size) => product * size, 1) }, () => Math.fround(next() * 2 - (node.op === "random" ? 0 : 1))));
    if (node.op === "input") inputs.push(name);
  }
  return { graph, capacity, values, types, inputs, scalars: () => scalars };
}
