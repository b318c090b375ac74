import { reducedType } from "./axes.ts";
import { reduceValues } from "./reduce.ts";
import type { Primitive } from "./primitive.ts";

/** The sum over `axes`, which disappear; over the batch axis only of the actual rows. */
export const reduce_sum: Primitive<"reduce_sum"> = {
  type: reducedType,
  evaluate: ({ inputs: [operand], attributes: { axes }, shape }) =>
    reduceValues(operand!, axes, shape, 0, (sum, value) => sum + value),
  gradient: (graph, node, gradient) => [
    graph.spread(gradient, node.inputs[0]!.type, node.attributes.axes),
  ],
  fold: (graph, [operand], { axes }) => {
    if (axes.length === 0) return operand;
    return operand!.op === "negate"
      ? graph.negate(graph.sum(operand!.inputs[0]!, axes))
      : undefined;
  },
};
