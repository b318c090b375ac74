import { invariant } from "../base/invariant.ts";
import { nodesOf, type Graph, type Node, type Op } from "./graph.ts";
import type { Bindings, Evaluation, Value } from "./primitives/evaluation.ts";
import { primitiveOf } from "./primitives/index.ts";
import { bodyNodes, loopOf } from "./primitives/scan.ts";

export type { Bindings } from "./primitives/evaluation.ts";

/** What one call of the graph leaves, row-major; of batched arrays the actual rows only. */
export interface Interpreted {
  readonly outputs: ReadonlyMap<string, Float64Array>;
  readonly updates: ReadonlyMap<string, Float64Array>;
}

/** How results are kept and what comparisons see; by itself float64, as it is. */
export interface Arithmetic {
  /** What is kept of the result of a node. */
  readonly kept?: (data: Float64Array) => Float64Array;
  /** What a comparison is given in the place of an operand. */
  readonly compared?: (data: Float64Array) => Float64Array;
}

/** Every result rounded to float32, as a graphics card has it: overflow at 3.4e38, 24 bits of mantissa. */
export const float32: Arithmetic = { kept: roundedToFloat32 };

function roundedToFloat32(data: Float64Array): Float64Array {
  const rounded = new Float64Array(data.length);
  for (let place = 0; place < data.length; place++) rounded[place] = Math.fround(data[place]!);
  return rounded;
}

/**
 * Runs the graph in float64, slowly and exactly: the oracle of every pass and backend. Batched arrays have exactly
 * `bindings.rows` rows, and so have the bound ones; an absent row is not there at all, so nothing can leak from it.
 */
export function interpret(graph: Graph, bindings: Bindings): Interpreted {
  return interpretIn({}, graph, bindings);
}

/** The same in another arithmetic. */
export function interpretIn(arithmetic: Arithmetic, graph: Graph, bindings: Bindings): Interpreted {
  const asked = new Set([...graph.outputs.values(), ...graph.updates.values()]);
  const values = valuesOf(nodesOf(graph), bindings, arithmetic, asked);
  const read = (nodes: ReadonlyMap<string, Node>): Map<string, Float64Array> =>
    new Map([...nodes].map(([name, node]) => [name, values.get(node)!.data]));
  return { outputs: read(graph.outputs), updates: read(graph.updates) };
}

/** With `asked`, no other value outlives its last use: all values of a large network at once would not fit into memory. */
function valuesOf(
  order: readonly Node[],
  bindings: Bindings,
  arithmetic: Arithmetic,
  asked?: ReadonlySet<Node>,
): ReadonlyMap<Node, Value> {
  const values = new Map<Node, Value>();
  const loops = new Map<string, readonly Float64Array[]>();
  const uses = asked === undefined ? new Map<Node, number>() : usesOf(order);
  for (const node of order) {
    values.set(node, evaluate(node, { values, loops, bindings, arithmetic }));
    if (asked === undefined) continue;
    for (const operand of new Set(node.inputs)) {
      const left = uses.get(operand)! - 1;
      uses.set(operand, left);
      if (left === 0 && !asked.has(operand)) values.delete(operand);
    }
  }
  return values;
}

/** How many nodes each node is an operand of. */
function usesOf(order: readonly Node[]): Map<Node, number> {
  const uses = new Map<Node, number>();
  for (const node of order)
    for (const operand of new Set(node.inputs)) uses.set(operand, (uses.get(operand) ?? 0) + 1);
  return uses;
}

/** The values of the nodes of a body, for one place after the other. */
function within(
  nodes: readonly Node[],
  arithmetic: Arithmetic,
): (bindings: Bindings) => readonly Float64Array[] {
  const order = bodyNodes(nodes);
  return (bindings) => {
    const values = valuesOf(order, bindings, arithmetic);
    return nodes.map((node) => values.get(node)!.data);
  };
}

/** One node's value, with everything below it. */
export function interpretNode(node: Node, bindings: Bindings): Float64Array {
  return interpret(
    { outputs: new Map([["value", node]]), updates: new Map() },
    bindings,
  ).outputs.get("value")!;
}

/** Drawn numbers are compared exactly by everybody. */
function isDecision({ op, inputs }: Node): boolean {
  return comparing.has(op) && !inputs.some((operand) => operand.op === "random");
}

/** What decides by comparing: elsewhere a little more or less gives a little more or less. */
const comparing: ReadonlySet<Op> = new Set<Op>([
  "less",
  "less_equal",
  "sign",
  "floor",
  "ceil",
  "window_argmax",
]);

/** What nodes are evaluated in: values so far, and those of loops that have run. */
interface Surroundings {
  readonly values: ReadonlyMap<Node, Value>;
  readonly loops: Map<string, readonly Float64Array[]>;
  readonly bindings: Bindings;
  readonly arithmetic: Arithmetic;
}

function evaluate(node: Node, { values, loops, bindings, arithmetic }: Surroundings): Value {
  const { kept = asIs, compared = asIs } = arithmetic;
  const { shape, batched } = node.type;
  const actual = batched ? [bindings.rows, ...shape.slice(1)] : shape;
  const operands = node.inputs.map((operand) => values.get(operand)!);
  const inputs = isDecision(node)
    ? operands.map((operand) => ({ ...operand, data: compared(operand.data) }))
    : operands;
  const evaluation = {
    inputs,
    attributes: node.attributes,
    shape: actual,
    bindings,
    within: (nodes: readonly Node[]) => within(nodes, arithmetic),
    once: (make: () => readonly Float64Array[]) => onceIn(loops, node, make),
  } as Evaluation<typeof node.op>;
  const data = primitiveOf(node.op).evaluate(evaluation as never);
  invariant(
    data.length === actual.reduce((product, size) => product * size, 1),
    `${node.op} gave ${data.length} elements for ${actual.join(" × ")}`,
  );
  return { shape: actual, data: kept(data) };
}

/** A loop runs once, whichever of its values is asked for first. */
function onceIn(
  loops: Surroundings["loops"],
  node: Node,
  make: () => readonly Float64Array[],
): readonly Float64Array[] {
  if (node.op !== "scan") return make();
  const known = loops.get(loopOf(node)) ?? make();
  loops.set(loopOf(node), known);
  return known;
}

function asIs(data: Float64Array): Float64Array {
  return data;
}
