import { multiply } from "../../ir/dim.ts";
import type { TensorType } from "../../ir/type.ts";
import { along, withLast } from "../support/arrange.ts";
import {
  features,
  findAxis,
  noSuchAxis,
  notNumbers,
  printAxes,
  withAxis,
} from "../support/axes.ts";
import { defineLayer } from "../define.ts";

/** The axis that is mapped: the one that `over` names, or the only one besides the batch. */
function place(type: TensorType, over: string | undefined): number | undefined {
  if (over !== undefined) return findAxis(type, over);
  return type.axes.length === 2 ? 1 : undefined;
}

export const maxout = defineLayer({
  name: "maxout",
  summary:
    "The largest of several affine maps of the same inputs: a learned piecewise linear activation and a dense layer in one.",
  formula:
    "y = max over i of (x W_i + b_i), with the pieces side by side in W of shape [in, pieces * out]: piece i has columns i * out ... (i + 1) * out - 1, i from 0",
  source: "Goodfellow, Warde-Farley, Mirza, Courville, Bengio 2013, Maxout Networks",
  arguments: {
    units: { kind: "size", summary: "How many outputs." },
    pieces: { kind: "size", default: 2, summary: "How many affine maps each output chooses from." },
    over: {
      kind: "axis",
      named: true,
      optional: true,
      summary: "The axis that is mapped; needed when there is more than one besides the batch.",
    },
    bias: { kind: "switch", named: true, default: true, summary: "Whether each map adds a bias." },
  },
  example: "x -> maxout(128, pieces: 3) -> dropout(0.5)",
  pitfalls:
    "It has `pieces` times the weights of `dense`, so it is usually trained with `dropout`. It needs no activation after it.",
  techniques: ["A8"],
  infer: ([type], { units, over }) => {
    const wrong = notNumbers("maxout", type!);
    if (wrong) return wrong;
    const at = place(type!, over);
    if (at === undefined && over !== undefined) return noSuchAxis("maxout", "over", over, type!);
    if (at === undefined)
      return {
        problem: `\`maxout\` expects one axis besides the batch, and found ${features(type!).length}: [${printAxes(features(type!))}]`,
        help: "write `flatten -> maxout(…)` to use every value, or `maxout(…, over: c)` to map `c` alone at every place",
        insertBefore: "flatten -> ",
      };
    const other = findAxis(type!, "c");
    if (other !== undefined && other !== at)
      return {
        problem: `\`maxout\` over \`${over}\` would make a second axis \`c\`: its operand is [${printAxes(features(type!))}]`,
        argument: "over",
        help: "write `over: c`, or rename the other axis with `reshape`",
      };
    return withAxis(type!, at, { name: "c", size: units });
  },
  weights: ([type], { units, pieces, over, bias }) => {
    const input = type!.axes[place(type!, over)!]!.size;
    const columns = multiply(units, pieces);
    const weight = {
      name: "weight",
      role: "weights",
      shape: [input, columns],
      fanIn: input,
      fanOut: units,
      initializer: { name: "kaiming", arguments: {} },
    } as const;
    const shift = {
      name: "bias",
      role: "biases",
      shape: [columns],
      fanIn: input,
      fanOut: units,
      initializer: { name: "zeros", arguments: {} },
    } as const;
    return bias ? [weight, shift] : [weight];
  },
  lower: ({ graph, weights, inputTypes, size }, [x], { units, pieces, over }) =>
    withLast(graph, x!, place(inputTypes[0]!, over)!, (moved) => {
      const rank = moved.type.shape.length;
      const rows = "abdefgh".slice(0, rank - 1);
      const product = graph.contract(moved, weights.weight!, `${rows}k,kn->${rows}n`);
      const maps = weights.bias
        ? graph.add(product, along(graph, weights.bias, product, [rank - 1]))
        : product;
      return graph.max(
        graph.reshape(maps, [...maps.type.shape.slice(0, -1), size(pieces), size(units)]),
        [rank - 1],
      );
    }),
});
