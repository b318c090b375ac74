import { nodesOf, type Graph, type Node } from "../../src/compiler/ir/graph.ts";
import type { Bindings, Evaluation, Value } from "../../src/compiler/ir/primitives/evaluation.ts";
import { primitiveOf } from "../../src/compiler/ir/primitives/index.ts";

/** The graph with every result rounded to float32, as a graphics card has it: overflow at 3.4e38, 24 bits of mantissa. */
export function interpretFloat32(graph: Graph, bindings: Bindings): ReadonlyMap<string, Float64Array> {
  const values = new Map<Node, Value>();
  for (const node of nodesOf(graph)) {
    const { shape, batched } = node.type;
    const actual = batched ? [bindings.rows, ...shape.slice(1)] : shape;
    const inputs = node.inputs.map((operand) => values.get(operand)!);
    const evaluation = { inputs, attributes: node.attributes, shape: actual, bindings } as Evaluation<typeof node.op>;
    const data = primitiveOf(node.op).evaluate(evaluation as never);
    values.set(node, { shape: actual, data: Float64Array.from(data, Math.fround) });
  }
  return new Map([...graph.outputs].map(([name, node]) => [name, values.get(node)!.data]));
}
