import { size } from "../../ir/dim.ts";
import type { TensorType } from "../../ir/type.ts";
import { withLast, along } from "../support/arrange.ts";
import {
  features,
  findAxis,
  noSuchAxis,
  notNumbers,
  printAxes,
  spatialPlaces,
  withAxis,
} from "../support/axes.ts";
import { defineLayer } from "../define.ts";
import type { ShapeProblem } from "../definition.ts";

/** The axis that is mapped: the one that `over` names, or the only one besides the batch. */
function place(type: TensorType, over: string | undefined): number | undefined {
  if (over !== undefined) return findAxis(type, over);
  return type.axes.length === 2 ? 1 : undefined;
}

function severalAxes(type: TensorType): ShapeProblem {
  const axes = features(type);
  if (axes.length === 0)
    return {
      problem: "`dense` expects an axis of features after the batch, and found the batch alone",
    };
  const pool = spatialPlaces(type).flatMap((each) => type.axes[each]!.name ?? []);
  const mayPool = findAxis(type, "c") !== undefined && pool.length === axes.length - 1;
  const choices = ["`flatten -> dense(…)` to use every value"];
  if (mayPool)
    choices.push(
      `\`avg_pool(over: ${pool.length === 1 ? pool[0] : `(${pool.join(", ")})`}) -> dense(…)\` to average these axes away`,
    );
  if (findAxis(type, "c") !== undefined)
    choices.push("`dense(…, over: c)` to map `c` alone at every place");
  return {
    problem: `\`dense\` expects one axis besides the batch, and found ${axes.length}: [${printAxes(axes)}]`,
    help: `write ${choices.join(", or ")}`,
    insertBefore: "flatten -> ",
  };
}

export const dense = defineLayer({
  name: "dense",
  summary: "Fully connected layer: every output is a weighted sum of all inputs, plus a bias.",
  formula: "y = x W + b, with W of shape [in, out]",
  arguments: {
    units: { kind: "size", summary: "How many outputs." },
    over: {
      kind: "axis",
      named: true,
      optional: true,
      summary: "The axis that is mapped; needed when there is more than one besides the batch.",
    },
    bias: { kind: "switch", named: true, default: true, summary: "Whether a bias is added." },
    weight: {
      kind: "tensor",
      named: true,
      optional: true,
      summary: "Another stage's weight to use in place of an own one: `transpose(encode.weight)`.",
    },
  },
  example: "x -> dense(128) -> relu",
  pitfalls:
    "After a convolution the value has several axes: write `flatten` before `dense`, pool the spatial axes away, or say `over: c`. Before batch normalisation the bias has no effect: `bias: off`. `dropconnect: 0.5` leaves entries of its weight out of each training step.",
  techniques: ["D1", "D10"],
  linear: () => ({ kernel: [], groups: size(1) }),
  kronecker: true,
  infer: ([type], { units, over }) => {
    const wrong = notNumbers("dense", type!);
    if (wrong) return wrong;
    const at = place(type!, over);
    if (at === undefined)
      return over === undefined ? severalAxes(type!) : noSuchAxis("dense", "over", over, type!);
    const other = findAxis(type!, "c");
    if (other !== undefined && other !== at)
      return {
        problem: `\`dense\` over \`${over}\` would make a second axis \`c\`: its operand is [${printAxes(features(type!))}]`,
        argument: "over",
        help: "write `over: c`, or rename the other axis with `reshape`",
      };
    return withAxis(type!, at, { name: "c", size: units });
  },
  weights: ([type], { units, over, bias }) => {
    const input = type!.axes[place(type!, over)!]!.size;
    const weight = {
      name: "weight",
      role: "weights",
      shape: [input, units],
      fanIn: input,
      fanOut: units,
      initializer: "by activation",
    } as const;
    const shift = {
      name: "bias",
      role: "biases",
      shape: [units],
      fanIn: input,
      fanOut: units,
      initializer: { name: "zeros", arguments: {} },
    } as const;
    return bias ? [weight, shift] : [weight];
  },
  lower: ({ graph, weights, inputTypes }, [x], { over }) =>
    withLast(graph, x!, place(inputTypes[0]!, over)!, (moved) => {
      const rank = moved.type.shape.length;
      const rows = "abdefgh".slice(0, rank - 1);
      const product = graph.contract(moved, weights.weight!, `${rows}k,kn->${rows}n`);
      return weights.bias
        ? graph.add(product, along(graph, weights.bias, product, [rank - 1]))
        : product;
    }),
});
