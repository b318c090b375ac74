import { divideExactly, multiply } from "../../ir/dim.ts";
import { along, withLast } from "../support/arrange.ts";
import { findAxis, isProblem, notNumbers, withAxis } from "../support/axes.ts";
import { wrongAxes, wrongGroups } from "../support/convolution.ts";
import {
  stridesOf,
  transposedArithmetic,
  transposedInNumbers,
  transposedSights,
  widen,
} from "../support/transposed.ts";
import { kernelFor, productOf } from "../support/windows.ts";
import { defineLayer } from "../define.ts";

export const convTranspose = defineLayer({
  name: "conv_transpose",
  summary:
    "Transposed convolution over 1 to 3 spatial axes: every place spreads a small kernel over the result, which a stride makes larger.",
  formula:
    "y[t, o] = b[o] + sum over i, k with stride * t' + dilation * k - padding = t of x[t', i] * W[k, o, i], with W of shape [k..., out / groups, in]; size (n - 1) * stride - 2 * padding + dilation * (kernel - 1) + output_padding + 1",
  source:
    "Zeiler, Krishnan, Taylor, Fergus 2010, Deconvolutional Networks; Dumoulin, Visin 2016, A guide to convolution arithmetic for deep learning",
  arguments: {
    channels: { kind: "size", summary: "How many channels come out." },
    kernel: {
      kind: "size",
      list: true,
      summary: "The size of the kernel, one for all spatial axes or one for each.",
    },
    stride: {
      kind: "size",
      list: true,
      default: 1,
      summary: "How many places of the result there are for one of the operand.",
    },
    padding: {
      kind: "size",
      list: true,
      minimum: 0,
      default: 0,
      summary:
        "How many places are cut off on both sides: the padding of the convolution that it transposes.",
    },
    output_padding: {
      kind: "size",
      list: true,
      minimum: 0,
      default: 0,
      summary:
        "How many places are added at the end: several sizes give one by a stride, and this says which of them is meant.",
    },
    dilation: {
      kind: "size",
      list: true,
      default: 1,
      summary: "The distance between neighbouring entries of the kernel.",
    },
    groups: {
      kind: "size",
      default: 1,
      summary: "Channels fall into so many groups that do not see each other.",
    },
    bias: {
      kind: "switch",
      named: true,
      default: true,
      summary: "Whether a bias is added to each channel.",
    },
  },
  example: "x -> conv_transpose(16, 2, stride: 2) -> relu",
  pitfalls:
    "A kernel that its stride does not divide reaches some places more often than others and leaves a checkerboard: `conv_transpose(c, 2, stride: 2)` or `(c, 4, stride: 2, padding: 1)`, or `upsample(2) -> conv(c, 3)`. `padding` cuts off, and is 0 unless written; `conv_transpose(c, 3, stride: 2, padding: 1, output_padding: 1)` doubles every size. The fans are PyTorch's: those of the convolution that it transposes, so that `fan_in` counts the channels that come out.",
  linear: ([type], { kernel, groups }) => ({ kernel: kernelFor(type!, kernel), groups }),
  window: ([type], values, number) => transposedSights(type!, values, number),
  // Fans are those of the transposed layer: what comes out is a sum over fan_out / strides products, and what goes back over fan_in.
  spread: ({ inputTypes: [type], values, gain, meanSquare }) => ({
    forward: ([first = 1]) =>
      (gain("weight", "out") / stridesOf(type!, values)) * first + meanSquare("bias"),
    backward: gain("weight", "in"),
  }),
  infer: ([type], values) => {
    const wrong = notNumbers("conv_transpose", type!) ?? wrongAxes("conv_transpose", type!);
    if (wrong) return wrong;
    const wide = widen("conv_transpose", type!, values);
    const place = findAxis(type!, "c")!;
    const channels = { name: "c", size: values.channels };
    if (isProblem(wide))
      return wide.unproved ? { ...wide, unproved: withAxis(wide.unproved, place, channels) } : wide;
    const result = withAxis(wide, place, channels);
    return wrongGroups(type!.axes[place]!.size, values.channels, values.groups, result) ?? result;
  },
  arithmetic: ([type], values) => transposedArithmetic("conv_transpose", type!, values),
  weights: ([type], { channels, kernel, groups, bias }) => {
    const size = kernelFor(type!, kernel);
    const all = type!.axes[findAxis(type!, "c")!]!.size;
    // Where divisibility is not proved yet (a block by itself), the fans are only placeholders.
    const outputs = divideExactly(channels, groups) ?? channels;
    const fans = {
      fanIn: multiply(productOf(size), outputs),
      fanOut: multiply(productOf(size), divideExactly(all, groups) ?? all),
    };
    const weight = {
      name: "weight",
      role: "weights",
      shape: [...size, outputs, all],
      ...fans,
      initializer: "by activation",
    } as const;
    const shift = {
      name: "bias",
      role: "biases",
      shape: [channels],
      ...fans,
      initializer: { name: "zeros", arguments: {} },
    } as const;
    return bias ? [weight, shift] : [weight];
  },
  lower: ({ graph, weights, inputTypes, size }, [x], values) =>
    withLast(graph, x!, findAxis(inputTypes[0]!, "c")!, (moved) => {
      const [rows, ...spatial] = moved.type.shape.slice(0, -1) as [number, ...number[]];
      const { window, lengths, beyond } = transposedInNumbers(spatial, values, size);
      const groups = size(values.groups);
      // The gradient of a convolution with respect to its operand is this very sum.
      const product = graph.make("convolve_input_gradient", [moved, weights.weight!], {
        window,
        groups,
        shape: [rows, ...lengths, size(values.channels)],
      });
      const whole = graph.pad(
        product,
        product.type.shape.map(() => 0),
        [0, ...beyond, 0],
      );
      return weights.bias
        ? graph.add(whole, along(graph, weights.bias, whole, [whole.type.shape.length - 1]))
        : whole;
    }),
});
