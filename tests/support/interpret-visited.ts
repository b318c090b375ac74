import { nodesOf, type Graph, type Node } from "../../src/compiler/ir/graph.ts";
import type { Bindings, Evaluation, Value } from "../../src/compiler/ir/primitives/evaluation.ts";
import { primitiveOf } from "../../src/compiler/ir/primitives/index.ts";
import { bodyNodes } from "../../src/compiler/ir/primitives/scan.ts";

/** A node as it is evaluated: `exact` is its value in float64, `again` the same of other operands. */
export interface Visited {
  readonly node: Node;
  readonly inputs: readonly Value[];
  readonly exact: Float64Array;
  readonly again: (inputs: readonly Value[]) => Float64Array;
}

/** What the value of a node becomes; in bodies of scans it is asked for every place. */
export type Visit = (visited: Visited) => Float64Array;

/** The graph as the float64 interpreter has it, but for what `visit` makes of each value. */
export function interpretVisited(
  graph: Graph,
  bindings: Bindings,
  visit: Visit,
): {
  readonly outputs: ReadonlyMap<string, Float64Array>;
  readonly updates: ReadonlyMap<string, Float64Array>;
} {
  const values = valuesOf(nodesOf(graph), bindings, visit);
  const read = (nodes: ReadonlyMap<string, Node>): ReadonlyMap<string, Float64Array> =>
    new Map([...nodes].map(([name, node]) => [name, values.get(node)!.data]));
  return { outputs: read(graph.outputs), updates: read(graph.updates) };
}

function valuesOf(
  order: readonly Node[],
  bindings: Bindings,
  visit: Visit,
): ReadonlyMap<Node, Value> {
  const values = new Map<Node, Value>();
  for (const node of order) {
    const { shape, batched } = node.type;
    const actual = batched ? [bindings.rows, ...shape.slice(1)] : shape;
    const inputs = node.inputs.map((operand) => values.get(operand)!);
    const again = (operands: readonly Value[]): Float64Array =>
      primitiveOf(node.op).evaluate({
        inputs: operands,
        attributes: node.attributes,
        shape: actual,
        bindings,
        within: (nodes) => within(nodes, visit),
        // Each value is visited for itself: what one of them becomes must not reach the others.
        once: (make) => make(),
      } as Evaluation<typeof node.op> as never);
    const data = visit({ node, inputs, exact: again(inputs), again });
    values.set(node, { shape: actual, data });
  }
  return values;
}

/** The values of the nodes of a body, for one place after the other. */
function within(
  nodes: readonly Node[],
  visit: Visit,
): (inner: Bindings) => readonly Float64Array[] {
  const order = bodyNodes(nodes);
  return (inner) => {
    const values = valuesOf(order, inner, visit);
    return nodes.map((node) => values.get(node)!.data);
  };
}
