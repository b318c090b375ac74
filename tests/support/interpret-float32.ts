import type { Graph } from "../../src/compiler/ir/graph.ts";
import { float32, interpretIn, type Bindings } from "../../src/compiler/ir/interpret.ts";

/** The outputs of the graph with every result rounded to float32. */
export function interpretFloat32(
  graph: Graph,
  bindings: Bindings,
): ReadonlyMap<string, Float64Array> {
  return interpretIn(float32, graph, bindings).outputs;
}
