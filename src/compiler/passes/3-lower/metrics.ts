import type { Node } from "../../ir/graph.ts";
import type { CompiledMetric } from "../../plan/compiled.ts";
import type { TypedMetric } from "../../typed/program.ts";
import { perRow } from "./loss.ts";
import type { Lowering } from "./lowering.ts";
import { lowerValue } from "./values.ts";

/** Everything that is added up over the rows, by name: `loss`, and `accuracy/correct` and the like; each `[capacity]`. */
export function lowerSums(lowering: Lowering, lossOfRows: Node): ReadonlyMap<string, Node> {
  const graph = lowering.graph.at({ path: "metrics", role: "metric" });
  const ofMetrics = lowering.run.metrics.flatMap((metric) => {
    const operands = metric.operands.map((operand) => lowerValue(lowering, operand));
    const sums = metric.use.definition.perExample(graph, operands, metric.use.arguments);
    return Object.entries(sums).map(([key, value]) => [sumName(metric, key), perRow(graph, value)] as const);
  });
  return new Map([["loss", lossOfRows] as const, ...ofMetrics]);
}

/** What the host makes of the sums: the loss, then the metrics of the run. */
export function compileMetrics(lowering: Lowering, sums: ReadonlyMap<string, Node>): readonly CompiledMetric[] {
  const graph = lowering.graph.at({ path: "metrics", role: "metric" });
  const count = graph.scalar("count");
  const loss: CompiledMetric = {
    name: "loss",
    display: "number",
    better: "lower",
    sums: ["loss"],
    result: graph.divide(graph.scalar("loss"), count),
  };
  const others = lowering.run.metrics.map((metric): CompiledMetric => {
    const prefix = sumName(metric, "");
    const names = [...sums.keys()].filter((name) => name.startsWith(prefix));
    const scalars = Object.fromEntries(names.map((name) => [name.slice(prefix.length), graph.scalar(name)]));
    const { definition, arguments: values } = metric.use;
    return { name: metric.name, display: definition.display, better: definition.better, sums: names, result: definition.result(graph, scalars, count, values) };
  });
  return [loss, ...others];
}

function sumName(metric: TypedMetric, key: string): string {
  return `${metric.name}/${key}`;
}
