import type { Graph } from "../../ir/graph.ts";
import { lowerLoss } from "./loss.ts";
import type { Lowering } from "./lowering.ts";
import { lowerCollected, lowerSums } from "./metrics.ts";
import { lowerValue } from "./values.ts";

/** The model in inference mode; outputs are the sums over the batch's rows of the loss and of what the metrics need, and what some keep of each row. */
export function lowerEvaluation(lowering: Lowering): Graph {
  const graph = lowering.graph.at({ path: "metrics", role: "metric" });
  const sums = lowerSums(lowering, lowerLoss(lowering));
  const { outputs } = lowerCollected(lowering);
  return {
    outputs: new Map([
      ...sums.map(({ name, value }) => [name, graph.sum(value)] as const),
      ...outputs,
    ]),
    updates: new Map(),
  };
}

/** The model's outputs, `[capacity, …]` each; what only the loss uses is not computed. */
export function lowerPrediction(lowering: Lowering): Graph {
  const outputs = lowering.run.model.outputs.map(
    ({ name, value }) => [name, lowerValue(lowering, value)] as const,
  );
  return { outputs: new Map(outputs), updates: new Map() };
}
