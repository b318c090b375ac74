import type { GraphBuilder } from "../../ir/builder.ts";
import type { Node } from "../../ir/graph.ts";
import type { TensorType } from "../../ir/type.ts";
import type { Penalty } from "../../typed/program.ts";
import { lowerFormula } from "../../typed/formula-nodes.ts";
import type { Lowering } from "./lowering.ts";
import { lowerValue } from "./values.ts";
import { weightNode } from "./weights.ts";

/** Every penalty of the run as a scalar: those on weights in their order, then those on values. */
export function lowerPenalties(lowering: Lowering): readonly Node[] {
  const onWeights = lowering.run.weights.flatMap(({ weight, regularize }) => {
    const graph = lowering.graph.at({ path: weight.path, role: "penalty" });
    return (regularize?.terms ?? []).map((term) =>
      lowerPenalty(graph, term, weightNode(lowering, weight), weight.shape.length - 1),
    );
  });
  const onValues = lowering.run.penalties.flatMap(({ value, target, terms }) => {
    const graph = lowering.graph.at({
      path: `${value.name ?? "value"} ${target}`,
      role: "penalty",
    });
    return terms.map((term) =>
      lowerPenalty(graph, term, lowerValue(lowering, value), channelAxis(value.type)),
    );
  });
  return [...onWeights, ...onValues];
}

function lowerPenalty(graph: GraphBuilder, penalty: Penalty, x: Node, axis: number): Node {
  const value =
    penalty.kind === "use"
      ? penalty.use.definition.penalty(graph, x, penalty.use.arguments, axis)
      : total(graph, lowerFormula(graph, penalty.expression, new Map([[penalty.variable, x]])));
  return graph.multiply(value, penalty.factor);
}

/** The sum over all elements; of a value of the batch, the mean over its rows of each row's sum. */
function total(graph: GraphBuilder, x: Node): Node {
  if (x.type.shape.length === 0) return x;
  return x.type.batched ? graph.divide(graph.sum(x), graph.rows()) : graph.sum(x);
}

/** The axis `c`, or else the last. */
function channelAxis(type: TensorType): number {
  const named = type.axes.findIndex((axis) => axis.name === "c");
  return named > 0 ? named : type.axes.length - 1;
}
