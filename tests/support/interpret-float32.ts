import { nodesOf, type Graph, type Node } from "../../src/compiler/ir/graph.ts";
import type { Bindings, Evaluation, Value } from "../../src/compiler/ir/primitives/evaluation.ts";
import { primitiveOf } from "../../src/compiler/ir/primitives/index.ts";
import { bodyNodes } from "../../src/compiler/ir/primitives/scan.ts";

/** The graph with every result rounded to float32, as a graphics card has it: overflow at 3.4e38, 24 bits of mantissa. */
export function interpretFloat32(
  graph: Graph,
  bindings: Bindings,
): ReadonlyMap<string, Float64Array> {
  const values = rounded(nodesOf(graph), bindings);
  return new Map([...graph.outputs].map(([name, node]) => [name, values.get(node)!.data]));
}

function rounded(order: readonly Node[], bindings: Bindings): ReadonlyMap<Node, Value> {
  const values = new Map<Node, Value>();
  for (const node of order) {
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
    values.set(node, { shape: actual, data: Float64Array.from(data, Math.fround) });
  }
  return values;
}

/** The values of the nodes of a body, for one place after the other. */
function within(nodes: readonly Node[]): (inner: Bindings) => readonly Float64Array[] {
  const order = bodyNodes(nodes);
  return (inner) => {
    const values = rounded(order, inner);
    return nodes.map((node) => values.get(node)!.data);
  };
}
