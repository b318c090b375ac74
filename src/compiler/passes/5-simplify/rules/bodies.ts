import type { GraphBuilder } from "../../../ir/builder.ts";
import type { Graph } from "../../../ir/graph.ts";
import type { Rule } from "../../../ir/rewrite.ts";

/** The body of a scan, simplified by itself. */
export function bodyOfScan(simplify: (builder: GraphBuilder, graph: Graph) => Graph): Rule {
  return (graph, node) => {
    if (node.op !== "scan") return undefined;
    const { body } = node.attributes;
    const { outputs } = simplify(graph, {
      outputs: new Map(body.map((value, place) => [String(place), value])),
      updates: new Map(),
    });
    const simpler = [...outputs.values()];
    return simpler.every((value, place) => value === body[place])
      ? undefined
      : graph.make("scan", node.inputs, { ...node.attributes, body: simpler });
  };
}
