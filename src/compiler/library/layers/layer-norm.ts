import { moments, placesOver, scaleAndShift, scaled, wrongOver } from "../support/normalization.ts";
import { defineLayer } from "../define.ts";

export const layerNorm = defineLayer({
  name: "layer_norm",
  summary:
    "Normalises each example over its features, then scales and shifts each feature by learned numbers.",
  formula:
    "y = scale * (x - mean) / sqrt(variance + epsilon) + shift, mean and biased variance over `over` of each row by itself",
  source: "Ba, Kiros, Hinton 2016, Layer Normalization",
  arguments: {
    epsilon: {
      kind: "number",
      named: true,
      minimum: 0,
      exclusive: "minimum",
      default: 1e-5,
      summary: "Added to the variance before the root.",
    },
    over: {
      kind: "axis",
      list: true,
      named: true,
      optional: true,
      summary:
        "The axes that are normalised together; `c`, or the only axis besides the batch, when left out.",
    },
  },
  example: "x -> dense(128) -> layer_norm -> relu",
  pitfalls:
    "On images `over` is `c` alone unless `over: (h, w, c)` is written. It works the same with one row as with many.",
  techniques: ["D7"],
  normalizes: () => ({ batch: false, channels: false }),
  infer: ([type], { over }) => wrongOver("layer_norm", type!, over) ?? type!,
  weights: ([type], { over }) =>
    scaleAndShift(placesOver(type!, over).map((place) => type!.axes[place]!.size)),
  lower: ({ graph, weights, inputTypes }, [x], { epsilon, over }) => {
    const places = placesOver(inputTypes[0]!, over);
    const { variance, centred } = moments(graph, x!, places);
    const deviation = graph.spread(graph.sqrt(graph.add(variance, epsilon)), x!.type, places);
    return scaled(graph, graph.divide(centred, deviation), weights.scale!, weights.shift!, places);
  },
});
