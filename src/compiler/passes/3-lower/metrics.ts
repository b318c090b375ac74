import type { Node } from "../../ir/graph.ts";
import type { CollectedMetric, CollectedOperand, CompiledMetric } from "../../plan/compiled.ts";
import { countName, sumName } from "../../plan/names.ts";
import { fieldOf } from "../../typed/field-of.ts";
import type { TypedMetric } from "../../typed/program.ts";
import { decidedBy } from "./decisions.ts";
import { perRow } from "./loss.ts";
import type { Lowering } from "./lowering.ts";
import { operandsOf } from "./units.ts";

/** Something that is added up over the rows: `loss`, and `accuracy/correct` and the like; `value` is `[capacity]`. */
export interface RowSum {
  readonly name: string;
  readonly value: Node;
  /** The metric that it is for, and what that calls it. */
  readonly of?: { readonly metric: string; readonly key: string };
}

export function lowerSums(lowering: Lowering, lossOfRows: Node): readonly RowSum[] {
  const graph = lowering.graph.at({ path: "metrics", role: "metric" });
  const ofMetrics = lowering.run.metrics.filter(isSummed).flatMap((metric) => {
    const operands = operandsOf(lowering, metric);
    const sums = metric.use.definition.perExample(
      graph,
      operands,
      metric.use.arguments,
      decidedBy(lowering.run, metric),
    );
    return Object.entries(sums).map(([key, value]): RowSum => ({
      name: sumName(metric.name, key),
      value: perRow(graph, value),
      of: { metric: metric.name, key },
    }));
  });
  return [{ name: "loss", value: lossOfRows }, ...ofMetrics];
}

/** What the host makes of the sums: the loss, then the metrics of the run. */
export function compileMetrics(
  lowering: Lowering,
  sums: readonly RowSum[],
): readonly CompiledMetric[] {
  const graph = lowering.graph.at({ path: "metrics", role: "metric" });
  const count = graph.scalar(countName);
  const loss: CompiledMetric = {
    name: "loss",
    display: "number",
    better: "lower",
    sums: ["loss"],
    result: graph.divide(graph.scalar("loss"), count),
  };
  const others = lowering.run.metrics.filter(isSummed).map((metric): CompiledMetric => {
    const own = sums.flatMap(({ name, of }) =>
      of?.metric === metric.name ? [{ name, key: of.key }] : [],
    );
    const scalars = Object.fromEntries(own.map(({ name, key }) => [key, graph.scalar(name)]));
    const { definition, arguments: values } = metric.use;
    return {
      name: metric.name,
      display: definition.display,
      better: definition.better,
      sums: own.map(({ name }) => name),
      result: definition.result!(graph, scalars, count, values),
    };
  });
  return [loss, ...others];
}

/** Whether sums over the rows are all that the metric needs. */
function isSummed(metric: TypedMetric): boolean {
  return metric.use.definition.collected === undefined;
}

/** What is kept of each row for the metrics that only all rows together give: results of the evaluation graph, or fields as they are. */
export function lowerCollected(lowering: Lowering): {
  readonly metrics: readonly CollectedMetric[];
  readonly outputs: ReadonlyMap<string, Node>;
} {
  const graph = lowering.graph.at({ path: "metrics", role: "metric" });
  const outputs = new Map<string, Node>();
  const kept = new Map<Node, string>();
  const metrics = lowering.run.metrics
    .filter((metric) => !isSummed(metric))
    .map((metric): CollectedMetric => {
      const { definition, arguments: values } = metric.use;
      const { kind, make, operands, passes = [] } = definition.collected!;
      const decided = decidedBy(lowering.run, metric);
      const nodes = definition.perExample(graph, operandsOf(lowering, metric), values, decided);
      const collected = operands.map((operand): CollectedOperand => {
        const node = nodes[operand]!;
        const size = node.type.shape.slice(1).reduce((product, extent) => product * extent, 1);
        // What the device only reads stays with the host.
        if (node.op === "input") return { name: operand, field: node.attributes.name, size };
        // What several metrics keep of a row is one result.
        const result = kept.get(node) ?? sumName(metric.name, operand);
        kept.set(node, result);
        outputs.set(result, node);
        return { name: operand, result, size };
      });
      const field = metric.operands[1] && fieldOf(lowering.run, metric.operands[1]);
      return {
        name: metric.name,
        kind,
        make,
        display: definition.display,
        better: definition.better,
        operands: collected,
        ...(field !== undefined && { labels: field }),
        ...{ decided, arguments: values, passes },
      };
    });
  return { metrics, outputs };
}
