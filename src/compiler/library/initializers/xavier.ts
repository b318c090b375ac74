import { defineInitializer } from "../define.ts";
import { distributionArgument, withVariance } from "../support/variance.ts";

const fanOf = {
  average: (fan: { readonly in: number; readonly out: number }) => (fan.in + fan.out) / 2,
  fan_in: (fan: { readonly in: number }) => fan.in,
  fan_out: (fan: { readonly out: number }) => fan.out,
};

export const xavier = defineInitializer({
  name: "xavier",
  summary:
    "Glorot's initialisation, for tanh and sigmoid: keeps the variance of values forward and of gradients backward.",
  formula:
    "variance 2 / (fan_in + fan_out); uniform: U(±sqrt(6) / sqrt(fan_in + fan_out)); mode fan_in: variance 1 / fan_in, mode fan_out: variance 1 / fan_out",
  source:
    "Glorot, Bengio 2010, Understanding the difficulty of training deep feedforward neural networks",
  arguments: {
    distribution: distributionArgument,
    mode: {
      kind: "symbol",
      choices: ["average", "fan_in", "fan_out"],
      named: true,
      default: "average",
      summary: "Which fan the variance follows: the mean of both, what comes in, or what goes out.",
    },
  },
  example: "for weights { init: xavier(distribution: uniform) }",
  pitfalls: "Before ReLU half of the variance is lost in each layer: use `kaiming`.",
  techniques: ["B4", "B5"],
  suits: "saturating",
  sample: (_shape, fan, { distribution, mode }) => withVariance(1 / fanOf[mode](fan), distribution),
});
