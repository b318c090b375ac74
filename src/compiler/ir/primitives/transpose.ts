import { invariant } from "../../base/invariant.ts";
import { onlyOperand } from "./axes.ts";
import { gather, stridesOf } from "./evaluation.ts";
import type { Primitive } from "./primitive.ts";

/** Axis i of the result is axis permutation[i] of the operand; the batch axis stays first. */
export const transpose: Primitive<"transpose"> = {
  type: (inputs, { permutation }) => {
    const { shape, batched } = onlyOperand(inputs);
    const isPermutation =
      permutation.length === shape.length && shape.every((_, axis) => permutation.includes(axis));
    invariant(
      isPermutation,
      `${permutation.join(", ")} is not a permutation of ${shape.length} axes`,
    );
    invariant(!batched || permutation[0] === 0, "the batch axis must stay first");
    return { shape: permutation.map((axis) => shape[axis]!), batched };
  },
  evaluate: ({ inputs: [operand], attributes: { permutation }, shape }) => {
    const strides = stridesOf(operand!.shape);
    return gather(
      operand!.data,
      shape,
      permutation.map((axis) => strides[axis]!),
    );
  },
  gradient: (graph, node, gradient) => [
    graph.transpose(gradient, inverse(node.attributes.permutation)),
  ],
  fold: (graph, [operand], { permutation }, type) => {
    if (permutation.every((axis, place) => axis === place)) return operand;
    if (operand!.op === "transpose") {
      const first = operand!.attributes.permutation;
      return graph.transpose(
        operand!.inputs[0]!,
        permutation.map((axis) => first[axis]!),
      );
    }
    if (operand!.op === "broadcast" && operand!.attributes.axes.length === 0)
      return graph.broadcast(operand!.inputs[0]!, type, []);
    return undefined;
  },
};

export function inverse(permutation: readonly number[]): number[] {
  return permutation.map((_, axis) => permutation.indexOf(axis));
}
