import { nodesOf, type Graph, type Node } from "../../ir/graph.ts";
import { givenName } from "../../plan/names.ts";
import { lowerLoss } from "./loss.ts";
import type { Lowering } from "./lowering.ts";
import { lowerSums } from "./metrics.ts";
import { batchedType } from "./sizes.ts";

/**
 * The loss and the metrics of results that are given, such as those of several models together: sums over the batch's rows. What needs
 * more of the model than its results cannot be told of them and is left out.
 */
export function lowerJudging(lowering: Lowering): Graph {
  for (const { name, value } of lowering.run.model.outputs) {
    lowering.nodes.set(
      value,
      lowering.graph
        .at({ path: name, role: "forward" })
        .input(givenName(name), batchedType(lowering.sizes, value.type)),
    );
  }
  const graph = lowering.graph.at({ path: "metrics", role: "metric" });
  const told = lowerSums(lowering, lowerLoss(lowering)).filter(({ value }) =>
    needsNoWeights(value),
  );
  return {
    outputs: new Map(told.map(({ name, value }) => [name, graph.sum(value)])),
    updates: new Map(),
  };
}

function needsNoWeights(value: Node): boolean {
  return nodesOf({ outputs: new Map([["value", value]]), updates: new Map() }).every(
    (node) => node.op !== "parameter" && (node.op !== "state" || node.attributes.role === "unit"),
  );
}
