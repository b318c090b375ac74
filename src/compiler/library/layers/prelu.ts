import { leakyRelu } from "../activations/leaky-relu.ts";
import { size } from "../../ir/dim.ts";
import { findAxis, noSuchAxis, notNumbers } from "../support/axes.ts";
import { defineLayer } from "../define.ts";

export const prelu = defineLayer({
  name: "prelu",
  summary:
    "Leaky ReLU whose slope below 0 is learned: one slope for all values, or one for each place of an axis.",
  formula: "y = x where x > 0, else slope * x; slope of shape [1], or [c] with over: c",
  source: "He, Zhang, Ren, Sun 2015, Delving Deep into Rectifiers",
  arguments: {
    initial: { kind: "number", default: 0.25, summary: "What the slopes start from." },
    over: {
      kind: "axis",
      named: true,
      optional: true,
      summary:
        "The axis with a slope for each of its places (`over: c`, as in the paper); one slope for all when left out.",
    },
  },
  example: "x -> conv(16, 3) -> prelu(over: c)",
  pitfalls:
    "The slopes are `scales`, so rules for `weights` leave them alone: weight decay would push them to 0, which is plain ReLU.",
  techniques: ["A6"],
  startsAs: ({ initial }) => ({ definition: leakyRelu, arguments: { alpha: initial } }),
  spread: ({ values: { initial } }) => ({
    forward: ([first = 1]) => (first * (1 + initial ** 2)) / 2,
    backward: (1 + initial ** 2) / 2,
  }),
  infer: ([type], { over }) =>
    notNumbers("prelu", type!) ??
    (over !== undefined && findAxis(type!, over) === undefined
      ? noSuchAxis("prelu", "over", over, type!)
      : type!),
  weights: ([type], { initial, over }) => {
    const count = over === undefined ? size(1) : type!.axes[findAxis(type!, over)!]!.size;
    return [
      {
        name: "slope",
        role: "scales",
        shape: [count],
        fanIn: size(1),
        fanOut: size(1),
        initializer: { name: "constant", arguments: { value: initial } },
      },
    ];
  },
  lower: ({ graph, weights, inputTypes }, [x], { over }) => {
    const slope =
      over === undefined
        ? graph.reshape(weights.slope!, [])
        : graph.broadcast(weights.slope!, x!.type, [findAxis(inputTypes[0]!, over)!]);
    return graph.select(graph.less(0, x!), x!, graph.multiply(slope, x!));
  },
});
