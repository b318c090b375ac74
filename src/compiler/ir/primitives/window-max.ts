import { invariant } from "../../base/invariant.ts";
import type { ArrayType } from "../array-type.ts";
import type { Window } from "../graph.ts";
import { sameType, showType } from "../types.ts";
import { onlyOperand } from "./axes.ts";
import { countOf, type Value } from "./evaluation.ts";
import { noGradient, type Primitive } from "./primitive.ts";
import { checkNoneEmpty, forEachTap, windowType } from "./windows.ts";

function maximumType(x: ArrayType, window: Window): ArrayType {
  const type = windowType(x, window, x.shape.at(-1)!);
  checkNoneEmpty(x, window);
  return type;
}

/** The first maximum of every window and its tap; padding never wins, the first NaN always does. */
function maxima(x: Value, window: Window, shape: readonly number[]): { readonly values: Float64Array; readonly taps: Float64Array } {
  const values = new Float64Array(countOf(shape)).fill(-Infinity);
  const taps = new Float64Array(values.length).fill(-1);
  forEachWindowElement(x.shape, shape, window, (from, to, tap) => {
    const value = x.data[from]!;
    const wins = taps[to] === -1 || value > values[to]! || (Number.isNaN(value) && !Number.isNaN(values[to]!));
    if (!wins) return;
    values[to] = value;
    taps[to] = tap;
  });
  return { values, taps };
}

/** Calls `visit` with the offsets of an element and of its window's result, taps of one window in rising order. */
export function forEachWindowElement(
  input: readonly number[],
  output: readonly number[],
  window: Window,
  visit: (from: number, to: number, tap: number) => void,
): void {
  const channels = input.at(-1)!;
  const [inputRow, outputRow] = [countOf(input.slice(1)), countOf(output.slice(1))];
  for (let row = 0; row < input[0]!; row++) {
    forEachTap(input.slice(1, -1), window, (from, to, tap) => {
      for (let channel = 0; channel < channels; channel++) visit(row * inputRow + from * channels + channel, row * outputRow + to * channels + channel, tap);
    });
  }
}

/** The greatest element of every window, of each channel; the gradient goes to the first one. */
export const window_max: Primitive<"window_max"> = {
  type: (inputs, { window }) => maximumType(onlyOperand(inputs), window),
  evaluate: ({ inputs: [x], attributes: { window }, shape }) => maxima(x!, window, shape).values,
  gradient: (graph, node, gradient) => {
    const x = node.inputs[0]!;
    const { window } = node.attributes;
    const place = graph.make("window_argmax", [x], { window });
    return [graph.make("window_max_gradient", [gradient, place], { window, shape: x.type.shape })];
  },
};

/** The row-major place in its window of the first maximum. */
export const window_argmax: Primitive<"window_argmax"> = {
  type: (inputs, { window }) => maximumType(onlyOperand(inputs), window),
  evaluate: ({ inputs: [x], attributes: { window }, shape }) => maxima(x!, window, shape).taps,
  gradient: noGradient,
};

/** Every element of the gradient goes to the place that `window_argmax` gave; where windows overlap, they add. */
export const window_max_gradient: Primitive<"window_max_gradient"> = {
  type: (inputs, { window, shape }) => {
    invariant(inputs.length === 2, `two operands expected, not ${inputs.length}`);
    const [gradient, place] = inputs as readonly [ArrayType, ArrayType];
    const x = { shape, batched: gradient.batched };
    const type = maximumType(x, window);
    invariant(sameType(type, gradient) && sameType(type, place), `${showType(gradient)} and ${showType(place)} do not belong to ${showType(type)}`);
    return x;
  },
  evaluate: ({ inputs, attributes: { window }, shape }) => {
    const [gradient, place] = inputs as readonly [Value, Value];
    const result = new Float64Array(countOf(shape));
    forEachWindowElement(shape, gradient.shape, window, (from, to, tap) => {
      if (place.data[to] === tap) result[from]! += gradient.data[to]!;
    });
    return result;
  },
  gradient: () => {
    invariant(false, "the gradient of a maximum over windows has no gradient of its own");
  },
};
