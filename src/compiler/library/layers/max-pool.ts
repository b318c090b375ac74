import {
  inferPool,
  lowerPool,
  poolArithmetic,
  poolArguments,
  poolSights,
  type Pooling,
} from "../support/pooling.ts";
import { defineLayer } from "../define.ts";

const maxima: Pooling = {
  whole: (graph, x, axes) => graph.max(x, axes),
  windows: (graph, x, window) => graph.windowMax(x, window),
};

export const maxPool = defineLayer({
  name: "max_pool",
  summary: "The largest value of each window, channel by channel.",
  formula: "y[t, c] = max over k of x[stride * t + k - padding, c]",
  arguments: poolArguments,
  example: "x -> conv(16, 3) -> relu -> max_pool(2)",
  pitfalls:
    "A window of 3 with `stride: 2` overlaps, as AlexNet and ResNet have it; `padding: same` then keeps ceil(h / 2) places.",
  techniques: ["D3", "D4"],
  window: ([type], values, number) => poolSights(type!, values, number),
  between: "pooling",
  infer: ([type], values) => inferPool("max_pool", type!, values),
  arithmetic: ([type], values) => poolArithmetic("max_pool", type!, values),
  lower: (context, [x], values) => lowerPool(maxima, context, x!, values),
});
