import { invariant } from "../../base/invariant.ts";
import type { ArrayType } from "../array-type.ts";
import type { GraphBuilder } from "../builder.ts";
import type { Node, Window } from "../graph.ts";
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
function maxima(
  x: Value,
  window: Window,
  shape: readonly number[],
): { readonly values: Float64Array; readonly taps: Float64Array } {
  const values = new Float64Array(countOf(shape)).fill(-Infinity);
  const taps = new Float64Array(values.length).fill(-1);
  forEachWindowElement(x.shape, shape, window, (from, to, tap) => {
    const value = x.data[from]!;
    const wins =
      taps[to] === -1 || value > values[to]! || (Number.isNaN(value) && !Number.isNaN(values[to]!));
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
      for (let channel = 0; channel < channels; channel++)
        visit(
          row * inputRow + from * channels + channel,
          row * outputRow + to * channels + channel,
          tap,
        );
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
    invariant(
      sameType(type, gradient) && sameType(type, place),
      `${showType(gradient)} and ${showType(place)} do not belong to ${showType(type)}`,
    );
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
  gradient: (graph, node, gradient) => [
    atTaps(graph, gradient, node.inputs[1]!, node.attributes.window),
    undefined,
  ],
};

/** At every place of the windows, the element of x that lies at the tap `place`. */
function atTaps(graph: GraphBuilder, x: Node, place: Node, window: Window): Node {
  const bordered = graph.pad(x, [0, ...window.low, 0], [0, ...window.high, 0]);
  const taps = window.size.reduce((product, size) => product * size, 1);
  return Array.from({ length: taps }, (_, tap) =>
    graph.multiply(graph.equal(place, tap), atTap(graph, bordered, place.type, window, tap)),
  ).reduce((sum, part) => graph.add(sum, part));
}

/** The elements that one tap of the windows meets: those from its offset on, a stride apart. */
function atTap(
  graph: GraphBuilder,
  bordered: Node,
  type: ArrayType,
  window: Window,
  tap: number,
): Node {
  const { shape } = type;
  const ones = window.size.map(() => 1);
  const offsets = offsetsOf(window, tap);
  const reach = window.stride.map((stride, axis) => (shape[axis + 1]! - 1) * stride + 1);
  const from = graph.slice(bordered, [0, ...offsets, 0], [shape[0]!, ...reach, shape.at(-1)!]);
  const zeros = window.size.map(() => 0);
  return graph.windowSum(from, {
    size: ones,
    stride: window.stride,
    dilation: ones,
    low: zeros,
    high: zeros,
  });
}

/** A row-major tap as its offset along each spatial axis. */
function offsetsOf({ size, dilation }: Window, tap: number): readonly number[] {
  const offsets = size.map(() => 0);
  let rest = tap;
  for (let axis = size.length - 1; axis >= 0; axis--) {
    offsets[axis] = (rest % size[axis]!) * dilation[axis]!;
    rest = Math.floor(rest / size[axis]!);
  }
  return offsets;
}
