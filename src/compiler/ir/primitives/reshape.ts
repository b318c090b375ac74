import { invariant } from "../../base/invariant.ts";
import { elementCount } from "../array-type.ts";
import { checkType, sameShape, showType } from "../types.ts";
import { onlyOperand } from "./axes.ts";
import type { Primitive } from "./primitive.ts";

/** The same elements in row-major order; the batch axis stays first and whole. */
export const reshape: Primitive<"reshape"> = {
  type: (inputs, { shape }) => {
    const operand = onlyOperand(inputs);
    const type = checkType({ shape, batched: operand.batched });
    invariant(
      elementCount(type) === elementCount(operand),
      `${showType(operand)} has not as many elements as ${showType(type)}`,
    );
    invariant(
      !operand.batched || shape[0] === operand.shape[0],
      `${showType(operand)} loses its batch axis in ${showType(type)}`,
    );
    return type;
  },
  evaluate: ({ inputs: [operand] }) => operand!.data,
  gradient: (graph, node, gradient) => [graph.reshape(gradient, node.inputs[0]!.type.shape)],
  fold: (graph, [operand], { shape }, type) => {
    if (sameShape(operand!.type.shape, shape)) return operand;
    if (operand!.op === "reshape") return graph.reshape(operand!.inputs[0]!, shape);
    if (operand!.op === "broadcast" && operand!.attributes.axes.length === 0)
      return graph.broadcast(operand!.inputs[0]!, type, []);
    return undefined;
  },
};
