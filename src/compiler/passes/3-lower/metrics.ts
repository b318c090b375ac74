import type { Node } from "../../ir/graph.ts";
import { known, size } from "../../ir/dim.ts";
import type { CollectedMetric, CollectedOperand, CompiledMetric } from "../../plan/compiled.ts";
import type { TypedMetric } from "../../typed/program.ts";
import { perRow } from "./loss.ts";
import type { Lowering } from "./lowering.ts";
import { lowerValue } from "./values.ts";

/** Everything that is added up over the rows, by name: `loss`, and `accuracy/correct` and the like; each `[capacity]`. */
export function lowerSums(lowering: Lowering, lossOfRows: Node): ReadonlyMap<string, Node> {
  const graph = lowering.graph.at({ path: "metrics", role: "metric" });
  const ofMetrics = lowering.run.metrics.filter(isSummed).flatMap((metric) => {
    const operands = metric.operands.map((operand) => lowerValue(lowering, operand));
    const sums = metric.use.definition.perExample(graph, operands, metric.use.arguments);
    return Object.entries(sums).map(
      ([key, value]) => [sumName(metric, key), perRow(graph, value)] as const,
    );
  });
  return new Map([["loss", lossOfRows] as const, ...ofMetrics]);
}

/** What the host makes of the sums: the loss, then the metrics of the run. */
export function compileMetrics(
  lowering: Lowering,
  sums: ReadonlyMap<string, Node>,
): readonly CompiledMetric[] {
  const graph = lowering.graph.at({ path: "metrics", role: "metric" });
  const count = graph.scalar("count");
  const loss: CompiledMetric = {
    name: "loss",
    display: "number",
    better: "lower",
    sums: ["loss"],
    result: graph.divide(graph.scalar("loss"), count),
  };
  const others = lowering.run.metrics.filter(isSummed).map((metric): CompiledMetric => {
    const prefix = sumName(metric, "");
    const names = [...sums.keys()].filter((name) => name.startsWith(prefix));
    const scalars = Object.fromEntries(
      names.map((name) => [name.slice(prefix.length), graph.scalar(name)]),
    );
    const { definition, arguments: values } = metric.use;
    return {
      name: metric.name,
      display: definition.display,
      better: definition.better,
      sums: names,
      result: definition.result!(graph, scalars, count, values),
    };
  });
  return [loss, ...others];
}

function sumName(metric: TypedMetric, key: string): string {
  return `${metric.name}/${key}`;
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
  const metrics = lowering.run.metrics
    .filter((metric) => !isSummed(metric))
    .map((metric): CollectedMetric => {
      const { definition, arguments: values } = metric.use;
      const { kind, make, operands } = definition.collected!;
      const nodes = definition.perExample(
        graph,
        metric.operands.map((operand) => lowerValue(lowering, operand)),
        values,
      );
      const kept = operands.map((operand): CollectedOperand => {
        const node = nodes[operand]!;
        const size = node.type.shape.slice(1).reduce((product, extent) => product * extent, 1);
        // What the device only reads stays with the host.
        if (node.op === "input") return { name: operand, field: node.attributes.name, size };
        outputs.set(sumName(metric, operand), node);
        return { name: operand, result: sumName(metric, operand), size };
      });
      const label = metric.operands[1]?.body;
      const field =
        label?.kind === "field"
          ? label.name
          : label?.kind === "input"
            ? (lowering.inputs.get(label.name) ?? label.name)
            : undefined;
      return {
        name: metric.name,
        kind,
        make,
        display: definition.display,
        better: definition.better,
        operands: kept,
        ...(field !== undefined && { labels: field }),
        classes: classesOf(metric),
      };
    });
  return { metrics, outputs };
}

/** How many classes the first operand scores. */
function classesOf({ operands }: TypedMetric): number {
  return known(operands[0]?.type.axes.at(-1)?.size ?? size(1)) ?? 1;
}
