import type { GraphBuilder } from "../../ir/builder.ts";
import type { Node } from "../../ir/graph.ts";
import { unitName } from "../../plan/names.ts";
import { fieldOf } from "../../typed/field-of.ts";
import type { TypedMetric, TypedRun } from "../../typed/program.ts";
import type { Lowering } from "./lowering.ts";
import { shapeOf } from "./sizes.ts";
import { lowerValue } from "./values.ts";

/**
 * The operands of a metric. Where it is told in the unit of its target, both are multiplied by what `normalize` divided that field by:
 * differences of them are then those of the data.
 */
export function operandsOf(lowering: Lowering, metric: TypedMetric): readonly Node[] {
  const operands = metric.operands.map((operand) => lowerValue(lowering, operand));
  const target = metric.operands[1];
  if (metric.use.definition.inUnitOfTarget !== true || target === undefined) return operands;
  const field = fieldOf(lowering.run, target);
  const kind = field === undefined ? undefined : unitKind(lowering.run, field);
  if (field === undefined || kind === undefined) return operands;
  const graph = lowering.graph.at({ path: "metrics", role: "metric" });
  return operands.map((operand) => inUnit(lowering, graph, operand, field, kind));
}

/** "numbers": each entry of a row has a factor of its own; "matrix": entries were mixed. Undefined where a field is as it was read. */
function unitKind({ data }: TypedRun, field: string): "numbers" | "matrix" | undefined {
  const steps = data.normalize.find((each) => each.field === field)?.steps;
  if (steps === undefined) return undefined;
  return steps.some(({ definition }) => definition.mixes === true) ? "matrix" : "numbers";
}

function inUnit(
  lowering: Lowering,
  graph: GraphBuilder,
  operand: Node,
  field: string,
  kind: "numbers" | "matrix",
): Node {
  const { axes } = lowering.run.data.fields.find(({ name }) => name === field)!.type;
  const row = shapeOf(
    lowering.sizes,
    axes.slice(1).map(({ size }) => size),
  );
  const state = (shape: readonly number[]): Node =>
    graph.state(
      unitName(field),
      { shape, batched: false },
      { role: "unit", initial: 1, of: field },
    );
  if (kind === "matrix") {
    const size = row.reduce((product, extent) => product * extent, 1);
    const flat = graph.reshape(operand, [operand.type.shape[0]!, size]);
    return graph.reshape(
      graph.contract(flat, state([size, size]), "bi,ij->bj"),
      operand.type.shape,
    );
  }
  // One number for each entry of a list, or for each channel (the last axis) where a row has more axes.
  const unit = state([row.at(-1) ?? 1]);
  if (row.length === 0) return graph.multiply(operand, graph.reshape(unit, []));
  return graph.multiply(
    operand,
    graph.broadcast(unit, operand.type, [operand.type.shape.length - 1]),
  );
}
