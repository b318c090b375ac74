import type { GraphBuilder } from "../../ir/builder.ts";
import type { Node, Window } from "../../ir/graph.ts";
import {
  inferPool,
  lowerPool,
  poolArithmetic,
  poolArguments,
  poolSights,
  type Pooling,
} from "../support/pooling.ts";
import { axesOf } from "../support/arrange.ts";
import { defineLayer } from "../define.ts";

const averages: Pooling = {
  whole: (graph, x, axes) => graph.mean(x, axes),
  windows: (graph, x, window) => {
    const sums = graph.windowSum(x, window);
    return graph.divide(sums, counts(graph, sums, x.type.shape, window));
  },
};

/** How many places of each window are not padding: along each axis min(start + size, length) − max(start, 0), multiplied. */
function counts(graph: GraphBuilder, sums: Node, shape: readonly number[], window: Window): Node {
  return axesOf(window.size.length).reduce((product: Node, index) => {
    const [low, high, kernel] = [window.low[index]!, window.high[index]!, window.size[index]!];
    if (low === 0 && high === 0) return graph.multiply(product, kernel);
    const place = graph.iota(sums.type, index + 1);
    const start = graph.subtract(graph.multiply(place, window.stride[index]!), low);
    const end = graph.minimum(graph.add(start, kernel), shape[index + 1]!);
    return graph.multiply(product, graph.subtract(end, graph.maximum(start, 0)));
  }, graph.constant(1));
}

export const avgPool = defineLayer({
  name: "avg_pool",
  summary: "The mean of each window, channel by channel; `over: (h, w)` is global average pooling.",
  formula:
    "y[t, c] = mean over k of x[stride * t + k - padding, c], over the places that are not padding",
  arguments: poolArguments,
  example: "x -> avg_pool(over: (h, w)) -> dense(10)",
  pitfalls: "Padding does not count in the mean (PyTorch's count_include_pad=False).",
  techniques: ["D3", "D4"],
  window: ([type], values, number) => poolSights(type!, values, number),
  between: "pooling",
  infer: ([type], values) => inferPool("avg_pool", type!, values),
  arithmetic: ([type], values) => poolArithmetic("avg_pool", type!, values),
  lower: (context, [x], values) => lowerPool(averages, context, x!, values),
});
