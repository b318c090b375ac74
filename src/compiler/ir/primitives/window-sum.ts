import { invariant } from "../../base/invariant.ts";
import { sameType, showType } from "../types.ts";
import { onlyOperand } from "./axes.ts";
import { countOf } from "./evaluation.ts";
import type { Primitive } from "./primitive.ts";
import { forEachWindowElement } from "./window-max.ts";
import { windowType } from "./windows.ts";

/** The sum of every window, of each channel; padding counts as 0. */
export const window_sum: Primitive<"window_sum"> = {
  type: (inputs, { window }) => {
    const x = onlyOperand(inputs);
    return windowType(x, window, x.shape.at(-1)!);
  },
  evaluate: ({ inputs: [x], attributes: { window }, shape }) => {
    const result = new Float64Array(countOf(shape));
    forEachWindowElement(x!.shape, shape, window, (from, to) => (result[to]! += x!.data[from]!));
    return result;
  },
  gradient: (graph, node, gradient) => [
    graph.make("window_sum_gradient", [gradient], {
      window: node.attributes.window,
      shape: node.inputs[0]!.type.shape,
    }),
  ],
};

/** Every element of the gradient goes to all elements of its window. */
export const window_sum_gradient: Primitive<"window_sum_gradient"> = {
  type: (inputs, { window, shape }) => {
    const gradient = onlyOperand(inputs);
    const x = { shape, batched: gradient.batched };
    const type = windowType(x, window, shape.at(-1)!);
    invariant(
      sameType(type, gradient),
      `${showType(gradient)} does not belong to ${showType(type)}`,
    );
    return x;
  },
  evaluate: ({ inputs: [gradient], attributes: { window }, shape }) => {
    const result = new Float64Array(countOf(shape));
    forEachWindowElement(
      shape,
      gradient!.shape,
      window,
      (from, to) => (result[from]! += gradient!.data[to]!),
    );
    return result;
  },
  gradient: (graph, node, gradient) => [graph.windowSum(gradient, node.attributes.window)],
};
