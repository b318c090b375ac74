import { divideExactly, multiply } from "../../ir/dim.ts";
import { along, withLast } from "../support/arrange.ts";
import { findAxis, isProblem, notNumbers, withAxis } from "../support/axes.ts";
import { wrongAxes, wrongGroups } from "../support/convolution.ts";
import { windowArithmetic } from "../support/window-arithmetic.ts";
import { kernelFor, productOf, sightsOf, slide, windowInNumbers } from "../support/windows.ts";
import { defineLayer } from "../define.ts";

export const conv = defineLayer({
  name: "conv",
  summary: "Convolution over 1 to 3 spatial axes, the same small kernel at every place.",
  formula:
    "y[t, o] = b[o] + sum over k, i of x[stride * t + dilation * k - padding, i] * W[k, i, o], with W of shape [k..., in / groups, out]",
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
      summary: "How far the kernel moves from one place to the next.",
    },
    padding: {
      kind: "symbol or size",
      choices: ["same", "valid"],
      list: true,
      default: "same",
      summary:
        "`same` keeps ceil(h / stride) places, the odd zero at the end; `valid` pads nothing; a number pads so many zeros on both sides.",
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
      summary:
        "Channels fall into so many groups that do not see each other; as many as channels is depthwise.",
    },
    bias: {
      kind: "switch",
      named: true,
      default: true,
      summary: "Whether a bias is added to each channel.",
    },
    weight: {
      kind: "tensor",
      named: true,
      optional: true,
      summary: "Another stage's kernel to use in place of an own one.",
    },
  },
  example: "x -> conv(16, 3, stride: 2, bias: off) -> batch_norm -> relu",
  pitfalls:
    "Before batch normalisation the bias has no effect: `bias: off`. Two 3x3 convolutions see what one 5x5 sees, with fewer weights. `dropconnect: 0.2` leaves entries of its kernel out of each training step.",
  techniques: ["D2", "D10"],
  linear: ([type], { kernel, groups }) => ({ kernel: kernelFor(type!, kernel), groups }),
  kronecker: true,
  window: ([type], values, number) => sightsOf(type!, values, number),
  infer: ([type], values) => {
    const wrong = notNumbers("conv", type!) ?? wrongAxes("conv", type!);
    if (wrong) return wrong;
    const slid = slide("conv", type!, values);
    const place = findAxis(type!, "c")!;
    const channels = { name: "c", size: values.channels };
    if (isProblem(slid))
      return slid.unproved ? { ...slid, unproved: withAxis(slid.unproved, place, channels) } : slid;
    const result = withAxis(slid, place, channels);
    return wrongGroups(type!.axes[place]!.size, values.channels, values.groups, result) ?? result;
  },
  arithmetic: ([type], values) => windowArithmetic("conv", type!, values),
  weights: ([type], { channels, kernel, groups, bias }) => {
    const size = kernelFor(type!, kernel);
    const all = type!.axes[findAxis(type!, "c")!]!.size;
    // Where divisibility is not proved yet (a block by itself), the fans are only placeholders.
    const inputs = divideExactly(all, groups) ?? all;
    const outputs = divideExactly(channels, groups) ?? channels;
    const fanIn = multiply(productOf(size), inputs);
    const fanOut = multiply(productOf(size), outputs);
    const weight = {
      name: "weight",
      role: "weights",
      shape: [...size, inputs, channels],
      fanIn,
      fanOut,
      initializer: "by activation",
    } as const;
    const shift = {
      name: "bias",
      role: "biases",
      shape: [channels],
      fanIn,
      fanOut,
      initializer: { name: "zeros", arguments: {} },
    } as const;
    return bias ? [weight, shift] : [weight];
  },
  lower: ({ graph, weights, inputTypes, size }, [x], values) =>
    withLast(graph, x!, findAxis(inputTypes[0]!, "c")!, (moved) => {
      const window = windowInNumbers(moved.type.shape.slice(1, -1), values, size);
      const product = graph.convolve(moved, weights.weight!, window, size(values.groups));
      return weights.bias
        ? graph.add(product, along(graph, weights.bias, product, [product.type.shape.length - 1]))
        : product;
    }),
});
