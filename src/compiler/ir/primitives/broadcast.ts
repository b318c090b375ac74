import { invariant } from "../../base/invariant.ts";
import { checkType, sameType, showType } from "../types.ts";
import { checkAxes, onlyOperand, otherAxes } from "./axes.ts";
import { gather, stridesOf } from "./evaluation.ts";
import type { Primitive } from "./primitive.ts";

/**
 * Repeats along the axes of the result that `axes` lacks. `axes` rises (no transposition) and sizes agree (no stretching
 * of 1); a batch stays a batch on the first axis, and an array without one may only be repeated along it.
 */
export const broadcast: Primitive<"broadcast"> = {
  type: (inputs, { type, axes }) => {
    const operand = onlyOperand(inputs);
    checkAxes(axes, type.shape.length);
    const agrees =
      axes.length === operand.shape.length &&
      axes.every((axis, place) => type.shape[axis] === operand.shape[place]);
    invariant(
      agrees,
      `${showType(operand)} does not repeat into ${showType(type)} by axes ${axes.join(", ")}`,
    );
    const isBatchKept = axes[0] === 0 ? operand.batched === type.batched : !operand.batched;
    invariant(
      isBatchKept,
      `${showType(operand)} cannot become ${showType(type)}: the batch axis goes to the batch axis`,
    );
    return checkType(type);
  },
  evaluate: ({ inputs: [operand], attributes: { axes }, shape }) => {
    const strides = stridesOf(operand!.shape);
    const places = shape.map((_, axis) => axes.indexOf(axis));
    return gather(
      operand!.data,
      shape,
      places.map((place) => (place < 0 ? 0 : strides[place]!)),
    );
  },
  gradient: (graph, node, gradient) => [
    graph.sum(gradient, otherAxes(node.type.shape.length, node.attributes.axes)),
  ],
  fold: (graph, [operand], { axes }, type) => {
    if (sameType(operand!.type, type)) return operand;
    if (operand!.op !== "broadcast") return undefined;
    return graph.broadcast(
      operand!.inputs[0]!,
      type,
      operand!.attributes.axes.map((axis) => axes[axis]!),
    );
  },
};
