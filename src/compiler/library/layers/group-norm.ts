import { divideExactly, known, print } from "../../ir/dim.ts";
import { axesBut } from "../support/arrange.ts";
import { features, findAxis, notNumbers, printAxes } from "../support/axes.ts";
import { moments, scaleAndShift, scaled } from "../support/normalization.ts";
import { defineLayer } from "../define.ts";

export const groupNorm = defineLayer({
  name: "group_norm",
  summary:
    "Normalises runs of neighbouring channels of each example together, over the spatial axes too, then scales and shifts each channel.",
  formula:
    "y = scale * (x - mean) / sqrt(variance + epsilon) + shift, mean and biased variance over c / groups channels and all spatial axes of each row",
  source: "Wu, He 2018, Group Normalization",
  arguments: {
    groups: { kind: "size", summary: "How many groups the channels fall into." },
    epsilon: {
      kind: "number",
      named: true,
      minimum: 0,
      exclusive: "minimum",
      default: 1e-5,
      summary: "Added to the variance before the root.",
    },
  },
  example: "x -> conv(16, 3, bias: off) -> group_norm(8) -> relu",
  pitfalls: "It works the same with one row as with many: the choice for small batches of images.",
  techniques: ["D8"],
  window: () => "all",
  normalizes: () => ({ batch: false, channels: false }),
  infer: ([type], { groups }) => {
    const wrong = notNumbers("group_norm", type!);
    if (wrong) return wrong;
    const place = findAxis(type!, "c");
    if (place === undefined)
      return {
        problem: `\`group_norm\` expects an axis \`c\` and found [${printAxes(features(type!))}]`,
        help: "name the channels `c` in the type of the input",
      };
    const channels = type!.axes[place]!.size;
    if (divideExactly(channels, groups) !== undefined) return type!;
    const certain = known(channels) !== undefined && known(groups) !== undefined;
    return {
      problem: `the groups of \`group_norm\` must divide the channels: ${print(groups)} does not divide ${print(channels)}`,
      argument: "groups",
      help: "choose a number of groups that divides `c`",
      ...(certain ? {} : { unproved: type! }),
    };
  },
  weights: ([type]) => scaleAndShift([type!.axes[findAxis(type!, "c")!]!.size]),
  lower: ({ graph, weights, inputTypes, size }, [x], { groups, epsilon }) => {
    const place = findAxis(inputTypes[0]!, "c")!;
    const shape = x!.type.shape;
    const count = size(groups);
    const split = graph.reshape(x!, [
      ...shape.slice(0, place),
      count,
      shape[place]! / count,
      ...shape.slice(place + 1),
    ]);
    const axes = axesBut(shape.length + 1, [0, place]);
    const { variance, centred } = moments(graph, split, axes);
    const deviation = graph.spread(graph.sqrt(graph.add(variance, epsilon)), split.type, axes);
    const normal = graph.reshape(graph.divide(centred, deviation), shape);
    return scaled(graph, normal, weights.scale!, weights.shift!, [place]);
  },
});
