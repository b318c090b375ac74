import { defineInitializer } from "../define.ts";

export const fanUniform = defineInitializer({
  name: "fan_uniform",
  summary:
    "Evenly distributed numbers that shrink with the size of the layer: what PyTorch starts recurrent layers from.",
  formula:
    "w ~ U(-1 / sqrt(fan), 1 / sqrt(fan)); of a recurrent layer fan_out is the number of its units",
  arguments: {
    mode: {
      kind: "symbol",
      choices: ["fan_in", "fan_out"],
      named: true,
      default: "fan_in",
      summary: "Which connections of a unit are counted.",
    },
  },
  example: "for weights { init: fan_uniform(mode: fan_out) }",
  pitfalls:
    "Its variance is a third of that of `lecun`: values shrink from layer to layer, so it is for cells with gates, not for deep stacks.",
  techniques: ["B2"],
  sample: (_shape, fan, { mode }) => {
    const limit = 1 / Math.sqrt(mode === "fan_in" ? fan.in : fan.out);
    return { kind: "uniform", low: -limit, high: limit };
  },
});
