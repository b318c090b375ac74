import { invariant } from "../../base/invariant.ts";
import { checkType, sameShape, showType } from "../types.ts";
import { onlyOperand } from "./axes.ts";
import { gather, stridesOf } from "./evaluation.ts";
import type { Primitive } from "./primitive.ts";

/** `size[i]` elements from `start[i]` on along every axis; the batch axis is taken whole. */
export const slice: Primitive<"slice"> = {
  type: (inputs, { start, size }) => {
    const operand = onlyOperand(inputs);
    const { shape, batched } = operand;
    const lies = (from: number, axis: number): boolean =>
      Number.isInteger(from) && from >= 0 && from + size[axis]! <= shape[axis]!;
    const isInside =
      start.length === shape.length && size.length === shape.length && start.every(lies);
    invariant(
      isInside,
      `${size.join(" × ")} from ${start.join(", ")} does not lie in ${showType(operand)}`,
    );
    invariant(!batched || size[0] === shape[0], "the batch axis cannot be sliced");
    return checkType({ shape: size, batched });
  },
  evaluate: ({ inputs: [operand], attributes: { start }, shape }) => {
    const strides = stridesOf(operand!.shape);
    const from = start.reduce((offset, first, axis) => offset + first * strides[axis]!, 0);
    return gather(operand!.data, shape, strides, from);
  },
  gradient: (graph, node, gradient) => {
    const { start, size } = node.attributes;
    const after = node.inputs[0]!.type.shape.map(
      (whole, axis) => whole - start[axis]! - size[axis]!,
    );
    return [graph.pad(gradient, start, after)];
  },
  fold: (graph, [operand], { start, size }, type) => {
    if (sameShape(operand!.type.shape, size)) return operand;
    if (operand!.op === "slice") {
      const first = operand!.attributes.start;
      return graph.slice(
        operand!.inputs[0]!,
        start.map((from, axis) => from + first[axis]!),
        size,
      );
    }
    if (operand!.op === "broadcast" && operand!.attributes.axes.length === 0)
      return graph.broadcast(operand!.inputs[0]!, type, []);
    return undefined;
  },
};
