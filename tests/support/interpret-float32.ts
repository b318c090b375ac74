import type { Graph } from "../../src/compiler/ir/graph.ts";
import type { Bindings } from "../../src/compiler/ir/primitives/evaluation.ts";
import { interpretVisited } from "./interpret-visited.ts";

/** The graph with every result rounded to float32, as a graphics card has it: overflow at 3.4e38, 24 bits of mantissa. */
export function interpretFloat32(
  graph: Graph,
  bindings: Bindings,
): ReadonlyMap<string, Float64Array> {
  return interpretVisited(graph, bindings, ({ exact }) => Float64Array.from(exact, Math.fround))
    .outputs;
}
