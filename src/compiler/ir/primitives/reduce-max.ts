import type { Node } from "../graph.ts";
import { reducedType } from "./axes.ts";
import { reduceValues } from "./reduce.ts";
import type { Primitive } from "./primitive.ts";

/**
 * The greatest element over `axes`, which disappear; NaN if there is one. The gradient is shared equally among all
 * elements that equal the maximum (as PyTorch's `amax` does).
 */
export const reduce_max: Primitive<"reduce_max"> = {
  type: reducedType,
  evaluate: ({ inputs: [operand], attributes: { axes }, shape }) =>
    reduceValues(operand!, axes, shape, -Infinity, Math.max),
  gradient: (graph, node, gradient) => {
    const operand = node.inputs[0]!;
    const { axes } = node.attributes;
    const isMaximum = graph.equal(operand, graph.spread(node as Node, operand.type, axes));
    const share = graph.divide(gradient, graph.sum(isMaximum, axes));
    return [graph.select(isMaximum, graph.spread(share, operand.type, axes), 0)];
  },
  fold: (_graph, [operand], { axes }) => (axes.length === 0 ? operand : undefined),
};
