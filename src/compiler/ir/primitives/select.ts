import { invariant } from "../../base/invariant.ts";
import { constantOf, fit } from "../constants.ts";
import { backTo, elementwiseType, mapValues } from "./elementwise.ts";
import type { Primitive } from "./primitive.ts";

/**
 * The second operand where the first is not 0, otherwise the third. The gradient is selected too, never multiplied by a
 * mask; but inside a branch not taken 0 · ∞ is still NaN: `select(x < 0, exp(x), 1)` must be written with
 * `exp(minimum(x, 0))`.
 */
export const select: Primitive<"select"> = {
  type: (inputs) => {
    invariant(inputs.length === 3, `three operands expected, not ${inputs.length}`);
    return elementwiseType(inputs);
  },
  evaluate: ({ inputs, shape }) =>
    mapValues(inputs, shape, (condition, then, otherwise) => (condition !== 0 ? then : otherwise)),
  gradient: (graph, node, gradient) => {
    const [condition, then, otherwise] = node.inputs;
    return [
      undefined,
      backTo(graph, then!, graph.select(condition!, gradient, 0)),
      backTo(graph, otherwise!, graph.select(condition!, 0, gradient)),
    ];
  },
  fold: (graph, [condition, then, otherwise], _attributes, type) => {
    if (then === otherwise) return fit(graph, then!, type);
    const known = constantOf(condition!);
    if (known === undefined) return undefined;
    return fit(graph, known !== 0 ? then! : otherwise!, type);
  },
};
