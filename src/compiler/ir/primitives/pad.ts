import { invariant } from "../../base/invariant.ts";
import { onlyOperand } from "./axes.ts";
import { countOf, forEachOffset, stridesOf } from "./evaluation.ts";
import type { Primitive } from "./primitive.ts";

/** `low[i]` zeros before and `high[i]` after along every axis but the batch. */
export const pad: Primitive<"pad"> = {
  type: (inputs, { low, high }) => {
    const { shape, batched } = onlyOperand(inputs);
    const isFit =
      low.length === shape.length &&
      high.length === shape.length &&
      low.every(isCount) &&
      high.every(isCount);
    invariant(
      isFit,
      `pads ${low.join(", ")} and ${high.join(", ")} do not fit ${shape.length} axes`,
    );
    invariant(!batched || (low[0] === 0 && high[0] === 0), "the batch axis cannot be padded");
    return { shape: shape.map((size, axis) => low[axis]! + size + high[axis]!), batched };
  },
  evaluate: ({ inputs: [operand], attributes: { low }, shape }) => {
    const result = new Float64Array(countOf(shape));
    const strides = stridesOf(shape);
    const start = low.reduce((offset, amount, axis) => offset + amount * strides[axis]!, 0);
    forEachOffset(
      operand!.shape,
      strides,
      start,
      (offset, place) => (result[offset] = operand!.data[place]!),
    );
    return result;
  },
  gradient: (graph, node, gradient) => [
    graph.slice(gradient, node.attributes.low, node.inputs[0]!.type.shape),
  ],
  fold: (_graph, [operand], { low, high }) =>
    low.every((amount) => amount === 0) && high.every((amount) => amount === 0)
      ? operand
      : undefined,
};

function isCount(amount: number): boolean {
  return Number.isInteger(amount) && amount >= 0;
}
