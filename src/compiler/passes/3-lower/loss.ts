import { invariant, unreachable } from "../../base/invariant.ts";
import type { GraphBuilder } from "../../ir/builder.ts";
import type { Node } from "../../ir/graph.ts";
import type { LossExpression } from "../../typed/program.ts";
import type { Lowering } from "./lowering.ts";
import { lowerValue } from "./values.ts";

/** The loss of each row, `[capacity]`: the run's expression over its losses, each averaged over further axes first. */
export function lowerLoss(lowering: Lowering): Node {
  const graph = lowering.graph.at({ path: "loss", role: "loss" });
  const node = lowerExpression(lowering, graph, lowering.run.loss);
  invariant(node.type.batched, "the loss must be a number for each row");
  return node;
}

function lowerExpression(
  lowering: Lowering,
  graph: GraphBuilder,
  expression: LossExpression,
): Node {
  switch (expression.kind) {
    case "number":
      return graph.constant(expression.value);
    case "loss": {
      const operands = expression.operands.map((operand) => lowerValue(lowering, operand));
      return perRow(
        graph,
        expression.use.definition.perExample(graph, operands, expression.use.arguments),
      );
    }
    case "arithmetic": {
      const operands = expression.operands.map((operand) =>
        lowerExpression(lowering, graph, operand),
      );
      return combine(graph, expression.operator, operands);
    }
    default:
      return unreachable(expression);
  }
}

/** `[capacity, …]` averaged over all axes but the batch: `[capacity]`. */
export function perRow(graph: GraphBuilder, x: Node): Node {
  const axes = x.type.shape.map((_, axis) => axis).slice(1);
  return axes.length === 0 ? x : graph.mean(x, axes);
}

/** `[capacity, …]` added up over all axes but the batch: `[capacity]`. */
export function rowSumOf(graph: GraphBuilder, x: Node): Node {
  const axes = x.type.shape.map((_, axis) => axis).slice(1);
  return axes.length === 0 ? x : graph.sum(x, axes);
}

function combine(
  graph: GraphBuilder,
  operator: "+" | "-" | "*" | "/" | "negate",
  operands: readonly Node[],
): Node {
  const [first, ...rest] = operands;
  invariant(first, "arithmetic without operands");
  if (operator === "negate") return graph.negate(first);
  const apply = {
    "+": (a: Node, b: Node) => graph.add(a, b),
    "-": (a: Node, b: Node) => graph.subtract(a, b),
    "*": (a: Node, b: Node) => graph.multiply(a, b),
    "/": (a: Node, b: Node) => graph.divide(a, b),
  }[operator];
  return rest.reduce(apply, first);
}
