import { features, findAxis, notNumbers, printAxes, spatialPlaces } from "../support/axes.ts";
import { moments, scaleAndShift, scaled } from "../support/normalization.ts";
import { defineLayer } from "../define.ts";

export const instanceNorm = defineLayer({
  name: "instance_norm",
  summary:
    "Normalises each channel of each example over its spatial axes, then scales and shifts the channel by learned numbers.",
  formula:
    "y = scale * (x - mean) / sqrt(variance + epsilon) + shift, mean and biased variance over the spatial axes of each row and channel",
  source: "Ulyanov, Vedaldi, Lempitsky 2016, Instance Normalization",
  arguments: {
    epsilon: {
      kind: "number",
      named: true,
      minimum: 0,
      exclusive: "minimum",
      default: 1e-5,
      summary: "Added to the variance before the root.",
    },
  },
  example: "x -> conv(16, 3, bias: off) -> instance_norm -> relu",
  pitfalls:
    "It removes the contrast of each image. The same in training and at inference: no running averages.",
  techniques: ["D8"],
  window: () => "all",
  normalizes: () => ({ batch: false, channels: true }),
  infer: ([type]) => {
    const wrong = notNumbers("instance_norm", type!);
    if (wrong) return wrong;
    if (findAxis(type!, "c") !== undefined && spatialPlaces(type!).length > 0) return type!;
    return {
      problem: `\`instance_norm\` expects \`c\` and spatial axes to normalise over, and found [${printAxes(features(type!))}]`,
      help: "without spatial axes use `layer_norm`",
    };
  },
  weights: ([type]) => scaleAndShift([type!.axes[findAxis(type!, "c")!]!.size]),
  lower: ({ graph, weights, inputTypes }, [x], { epsilon }) => {
    const axes = spatialPlaces(inputTypes[0]!);
    const { variance, centred } = moments(graph, x!, axes);
    const deviation = graph.spread(graph.sqrt(graph.add(variance, epsilon)), x!.type, axes);
    return scaled(graph, graph.divide(centred, deviation), weights.scale!, weights.shift!, [
      findAxis(inputTypes[0]!, "c")!,
    ]);
  },
});
