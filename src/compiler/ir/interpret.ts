import { invariant } from "../base/invariant.ts";
import { nodesOf, type Graph, type Node } from "./graph.ts";
import type { Bindings, Evaluation, Value } from "./primitives/evaluation.ts";
import { primitiveOf } from "./primitives/index.ts";
import { bodyNodes } from "./primitives/scan.ts";

export type { Bindings } from "./primitives/evaluation.ts";

/** What one call of the graph leaves, row-major; of batched arrays the actual rows only. */
export interface Interpreted {
  readonly outputs: ReadonlyMap<string, Float64Array>;
  readonly updates: ReadonlyMap<string, Float64Array>;
}

/**
 * Runs the graph in float64, slowly and exactly: the oracle of every pass and backend. Batched arrays have exactly
 * `bindings.rows` rows, and so have the bound ones; an absent row is not there at all, so nothing can leak from it.
 */
export function interpret(graph: Graph, bindings: Bindings): Interpreted {
  const values = valuesOf(nodesOf(graph), bindings);
  const read = (nodes: ReadonlyMap<string, Node>): Map<string, Float64Array> =>
    new Map([...nodes].map(([name, node]) => [name, values.get(node)!.data]));
  return { outputs: read(graph.outputs), updates: read(graph.updates) };
}

function valuesOf(order: readonly Node[], bindings: Bindings): ReadonlyMap<Node, Value> {
  const values = new Map<Node, Value>();
  for (const node of order) values.set(node, evaluate(node, values, bindings));
  return values;
}

/** The values of the nodes of a body, for one place after the other. */
function within(nodes: readonly Node[]): (bindings: Bindings) => readonly Float64Array[] {
  const order = bodyNodes(nodes);
  return (bindings) => {
    const values = valuesOf(order, bindings);
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

function evaluate(node: Node, values: ReadonlyMap<Node, Value>, bindings: Bindings): Value {
  const { shape, batched } = node.type;
  const actual = batched ? [bindings.rows, ...shape.slice(1)] : shape;
  const inputs = node.inputs.map((operand) => values.get(operand)!);
  const evaluation = {
    inputs,
    attributes: node.attributes,
    shape: actual,
    bindings,
    within,
  } as Evaluation<typeof node.op>;
  const data = primitiveOf(node.op).evaluate(evaluation as never);
  invariant(
    data.length === actual.reduce((product, size) => product * size, 1),
    `${node.op} gave ${data.length} elements for ${actual.join(" × ")}`,
  );
  return { shape: actual, data };
}
