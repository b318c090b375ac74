import { invariant } from "../../base/invariant.ts";
import type { ArrayType } from "../array-type.ts";
import type { Window } from "../graph.ts";
import { sameShape, sameType, showType } from "../types.ts";
import { countOf, type Value } from "./evaluation.ts";
import type { Primitive } from "./primitive.ts";
import { forEachTap, windowType } from "./windows.ts";

/** x [b, s…, groups·i] and w [k…, i, o] give [b, t…, o]; outputs o fall into `groups` equal runs. */
function convolutionType(x: ArrayType, w: ArrayType, window: Window, groups: number): ArrayType {
  const [inner, outer] = w.shape.slice(-2) as [number, number];
  const text = `${showType(x)} with weights ${showType(w)} in ${groups} groups`;
  invariant(
    !w.batched && w.shape.length === x.shape.length,
    `${text}: weights are [k…, in / groups, out]`,
  );
  invariant(
    sameShape(w.shape.slice(0, -2), window.size),
    `${text}: the window is ${window.size.join(" × ")}`,
  );
  invariant(
    Number.isInteger(groups) && groups >= 1 && outer % groups === 0,
    `${text}: groups must divide the outputs`,
  );
  invariant(x.shape.at(-1) === inner * groups, `${text}: channels do not agree`);
  return windowType(x, window, outer);
}

function two(inputs: readonly ArrayType[]): readonly [ArrayType, ArrayType] {
  invariant(inputs.length === 2, `two operands expected, not ${inputs.length}`);
  return inputs as readonly [ArrayType, ArrayType];
}

/** Every output is a sum over the window and over the inputs of its group. */
function taps(output: ArrayType, weights: ArrayType): number {
  return countOf(output.shape) * countOf(weights.shape.slice(0, -1));
}

/** The convolution (without flipping the weights); rows of padding count as 0. */
export const convolve: Primitive<"convolve"> = {
  type: (inputs, { window, groups }) => {
    const [x, w] = two(inputs);
    return convolutionType(x, w, window, groups);
  },
  products: ({ type, inputs }) => taps(type, inputs[1]!.type),
  evaluate: ({ inputs, attributes: { window, groups }, shape }) => {
    const [x, w] = inputs as readonly [Value, Value];
    const result = new Float64Array(countOf(shape));
    walk(
      { input: x.shape, weight: w.shape, output: shape, window, groups },
      (at, inputs_, outputs, weights) => {
        for (let inner = 0; inner < inputs_; inner++) {
          const factor = x.data[at.input + inner]!;
          const from = at.weight + inner * weights;
          for (let outer = 0; outer < outputs; outer++)
            result[at.output + outer]! += factor * w.data[from + outer]!;
        }
      },
    );
    return result;
  },
  gradient: (graph, node, gradient) => {
    const [x, w] = node.inputs as readonly [typeof gradient, typeof gradient];
    const { window, groups } = node.attributes;
    return [
      graph.make("convolve_input_gradient", [gradient, w], { window, groups, shape: x.type.shape }),
      graph.make("convolve_weight_gradient", [x, gradient], { window, groups }),
    ];
  },
};

/** The gradient of `convolve` with respect to x (a transposed convolution), from the gradient of the result and w. */
export const convolve_input_gradient: Primitive<"convolve_input_gradient"> = {
  type: (inputs, { window, groups, shape }) => {
    const [gradient, w] = two(inputs);
    const x = { shape, batched: gradient.batched };
    const result = convolutionType(x, w, window, groups);
    invariant(
      sameType(result, gradient),
      `a gradient of ${showType(gradient)} does not belong to ${showType(result)}`,
    );
    return x;
  },
  products: ({ inputs: [gradient, w] }) => taps(gradient!.type, w!.type),
  evaluate: ({ inputs, attributes: { window, groups }, shape }) => {
    const [gradient, w] = inputs as readonly [Value, Value];
    const result = new Float64Array(countOf(shape));
    walk(
      { input: shape, weight: w.shape, output: gradient.shape, window, groups },
      (at, inner, outputs, weights) => {
        for (let channel = 0; channel < inner; channel++) {
          const from = at.weight + channel * weights;
          let sum = 0;
          for (let outer = 0; outer < outputs; outer++)
            sum += gradient.data[at.output + outer]! * w.data[from + outer]!;
          result[at.input + channel]! += sum;
        }
      },
    );
    return result;
  },
  gradient: (graph, node, gradient) => {
    const [outer, w] = node.inputs as readonly [typeof gradient, typeof gradient];
    const { window, groups } = node.attributes;
    return [
      graph.convolve(gradient, w, window, groups),
      graph.make("convolve_weight_gradient", [gradient, outer], { window, groups }),
    ];
  },
};

/** The gradient of `convolve` with respect to w, summed over the actual rows, from x and the gradient of the result. */
export const convolve_weight_gradient: Primitive<"convolve_weight_gradient"> = {
  type: (inputs, { window, groups }) => {
    const [x, gradient] = two(inputs);
    const channels = x.shape.at(-1)!;
    invariant(
      Number.isInteger(groups) && channels % groups === 0,
      `${groups} groups do not divide ${channels} channels`,
    );
    const w = {
      shape: [...window.size, channels / groups, gradient.shape.at(-1)!],
      batched: false,
    };
    const result = convolutionType(x, w, window, groups);
    invariant(
      sameType(result, gradient),
      `a gradient of ${showType(gradient)} does not belong to ${showType(result)}`,
    );
    return w;
  },
  products: ({ type, inputs: [, gradient] }) => taps(gradient!.type, type),
  evaluate: ({ inputs, attributes: { window, groups }, shape }) => {
    const [x, gradient] = inputs as readonly [Value, Value];
    const result = new Float64Array(countOf(shape));
    walk(
      { input: x.shape, weight: shape, output: gradient.shape, window, groups },
      (at, inner, outputs, weights) => {
        for (let channel = 0; channel < inner; channel++) {
          const factor = x.data[at.input + channel]!;
          const to = at.weight + channel * weights;
          for (let outer = 0; outer < outputs; outer++)
            result[to + outer]! += factor * gradient.data[at.output + outer]!;
        }
      },
    );
    return result;
  },
  gradient: (graph, node, gradient) => {
    const [x, outer] = node.inputs as readonly [typeof gradient, typeof gradient];
    const { window, groups } = node.attributes;
    return [
      graph.make("convolve_input_gradient", [outer, gradient], {
        window,
        groups,
        shape: x.type.shape,
      }),
      graph.convolve(x, gradient, window, groups),
    ];
  },
};

interface Shapes {
  readonly input: readonly number[];
  readonly weight: readonly number[];
  readonly output: readonly number[];
  readonly window: Window;
  readonly groups: number;
}
interface Offsets {
  readonly input: number;
  readonly weight: number;
  readonly output: number;
}

/**
 * Calls `visit` for every row, place, tap and group with the offsets of their first channels, the input and output channels
 * of a group, and the distance of input channels in the weights.
 */
function walk(
  shapes: Shapes,
  visit: (at: Offsets, inner: number, outer: number, weights: number) => void,
): void {
  const { input, weight, output, window, groups } = shapes;
  const [inner, weights] = weight.slice(-2) as [number, number];
  const outer = weights / groups;
  const [inputRow, outputRow] = [countOf(input.slice(1, -1)), countOf(output.slice(1, -1))];
  for (let row = 0; row < input[0]!; row++) {
    forEachTap(input.slice(1, -1), window, (from, to, tap) => {
      for (let group = 0; group < groups; group++) {
        const at = {
          input: ((row * inputRow + from) * groups + group) * inner,
          weight: tap * inner * weights + group * outer,
          output: (row * outputRow + to) * weights + group * outer,
        };
        visit(at, inner, outer, weights);
      }
    });
  }
}
