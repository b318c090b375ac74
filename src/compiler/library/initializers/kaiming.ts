import { defineInitializer } from "../define.ts";
import type { Use } from "../arguments.ts";
import { distributionArgument, withVariance } from "../support/variance.ts";

/** gain² of the activation; 2, that of ReLU, where none is given or it has no gain of its own. */
function gainOf(use: Use | undefined): number {
  if (use === undefined || use.definition.kind !== "activation") return 2;
  return use.definition.gain?.(use.arguments) ?? 2;
}

export const kaiming = defineInitializer({
  name: "kaiming",
  summary:
    "He's initialisation, for the rectifier family: makes up for the half that the rectifier cuts off.",
  formula:
    "variance gain^2 / fan_in; gain^2 = 2 for relu, 2 / (1 + alpha^2) for leaky_relu(alpha), 1 for a linear unit",
  source: "He, Zhang, Ren, Sun 2015, Delving Deep into Rectifiers",
  arguments: {
    activation: {
      kind: "use",
      of: "activation",
      optional: true,
      summary: "The activation that follows, for its gain; relu when left out.",
    },
    mode: {
      kind: "symbol",
      choices: ["fan_in", "fan_out"],
      named: true,
      default: "fan_in",
      summary:
        "`fan_in` keeps the variance of values forward, `fan_out` that of gradients backward.",
    },
    distribution: distributionArgument,
  },
  example: "for weights { init: kaiming(relu, mode: fan_out) }",
  pitfalls: "Before tanh or sigmoid the values saturate: use `xavier`.",
  techniques: ["B6"],
  suits: "rectifier",
  sample: (_shape, fan, { activation, mode, distribution }) =>
    withVariance(gainOf(activation) / (mode === "fan_in" ? fan.in : fan.out), distribution),
});
