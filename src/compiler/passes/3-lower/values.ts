import { invariant, unreachable } from "../../base/invariant.ts";
import type { Node } from "../../ir/graph.ts";
import type { Value } from "../../typed/program.ts";
import { applyOperator } from "../../typed/formula-nodes.ts";
import { lowerLayer } from "./layers.ts";
import { keptName, type ModelLowering } from "./lowering.ts";
import { batchedType, shapeOf } from "./sizes.ts";
import { weightNode } from "./weights.ts";

/** The node of a value: `[capacity, …]` for values of the batch. */
export function lowerValue(lowering: ModelLowering, value: Value): Node {
  const known = lowering.nodes.get(value);
  if (known) return known;
  const { teacher } = lowering;
  const node =
    teacher?.model.values.includes(value) === true
      ? lowerValue(teacher, value)
      : lowerBody(lowering, value);
  lowering.nodes.set(value, node);
  return node;
}

function lowerBody(lowering: ModelLowering, value: Value): Node {
  const { body } = value;
  const graph = lowering.graph.at({
    path: keptName(lowering, pathOf(value)),
    role: "forward",
  });
  switch (body.kind) {
    case "input":
      return graph.input(
        lowering.inputs.get(body.name) ?? body.name,
        batchedType(lowering.sizes, value.type),
      );
    case "field":
      return graph.input(body.name, batchedType(lowering.sizes, value.type));
    case "number":
      return graph.constant(body.value);
    case "parameter":
      return weightNode(lowering, body.weight);
    case "layer":
      return lowerLayer(
        lowering,
        body.layer,
        body.inputs.map((input) => lowerValue(lowering, input)),
      );
    case "activation":
      return body.use.definition.lower(
        graph,
        lowerValue(lowering, body.input),
        body.use.arguments,
        body.axis,
      );
    case "call":
      return body.function.lower(
        graph,
        body.operands.map((operand) => lowerValue(lowering, operand)),
      );
    case "arithmetic":
      // A sum of one operand only gives its axes other names.
      if (body.operator === "+" && body.operands.length === 1)
        return lowerValue(lowering, body.operands[0]!);
      return applyOperator(
        graph,
        body.operator,
        alignedOperands(lowering, value, body.operands, body.broadcasts),
      );
    case "compare":
      return applyOperator(
        graph,
        body.operator,
        alignedOperands(lowering, value, body.operands, body.broadcasts),
      );
    case "select": {
      const [condition, then, otherwise] = [body.condition, body.then, body.else].map((part) =>
        lowerValue(lowering, part),
      );
      invariant(condition && then && otherwise, "a selection has three operands");
      return graph.select(condition, then, otherwise);
    }
    default:
      return unreachable(body);
  }
}

/** Where a value belongs, for the names of its kernels. */
function pathOf(value: Value): string {
  switch (value.body.kind) {
    case "input":
    case "field":
      return value.body.name;
    case "parameter":
      return value.body.weight.path;
    case "layer":
      return value.body.layer.path;
    case "activation":
      return value.body.path;
    default:
      return value.name ?? "value";
  }
}

/** The operands repeated along the axes of the result that they lack; scalars stay as they are. */
function alignedOperands(
  lowering: ModelLowering,
  value: Value,
  operands: readonly Value[],
  broadcasts: readonly (readonly number[])[],
): readonly Node[] {
  const nodes = operands.map((operand) => lowerValue(lowering, operand));
  const batched = nodes.some((node) => node.type.batched);
  const shape = batched
    ? batchedType(lowering.sizes, value.type).shape
    : shapeOf(
        lowering.sizes,
        value.type.axes.map((axis) => axis.size),
      );
  const graph = lowering.graph.at({ path: pathOf(value), role: "forward" });
  return nodes.map((node, index) => {
    const axes = broadcasts[index];
    if (node.type.shape.length === 0 || axes === undefined) return node;
    const same =
      axes.length === shape.length &&
      axes.every((axis, place) => axis === place) &&
      node.type.batched === batched;
    return same ? node : graph.broadcast(node, { shape, batched }, axes);
  });
}
