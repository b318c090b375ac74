import { notNumbers } from "../support/axes.ts";
import { defineLayer } from "../define.ts";

export const stochasticDepth = defineLayer({
  name: "stochastic_depth",
  summary:
    "Skips a whole residual branch at random in training; at inference the branch is scaled by the chance that it was there.",
  formula:
    "training: y = x * b, with b = 1 with probability 1 - drop, else 0, one b for each row (or one for the batch); inference: y = (1 - drop) * x",
  source: "Huang, Sun, Liu, Sedra, Weinberger 2016, Deep Networks with Stochastic Depth",
  arguments: {
    drop: {
      kind: "number",
      minimum: 0,
      maximum: 1,
      exclusive: "maximum",
      summary: "The chance to skip the branch.",
    },
    each: {
      kind: "symbol",
      choices: ["row", "batch"],
      default: "row",
      named: true,
      summary:
        "`row`: every example skips by itself; `batch`: all rows of a step skip together, as in the paper.",
    },
  },
  example: "x + (x -> conv(4, 3) -> relu -> stochastic_depth(0.2))",
  pitfalls:
    "It stands at the end of a branch, never on the way itself: `x + branch` keeps x. Later blocks are skipped more often: `repeat i in 1 .. 4 Residual(0.1 * i)`. Training is not scaled up, inference is scaled down, as in the paper; some libraries do it the other way round.",
  techniques: ["D11"],
  noise: ({ drop }) => drop > 0,
  between: "dropout",
  spread: ({ values: { drop } }) => ({
    forward: ([first = 1]) => first * (1 - drop),
    backward: 1 - drop,
  }),
  infer: ([type]) => notNumbers("stochastic_depth", type!) ?? type!,
  lower: ({ graph, noisy, random }, [x], { drop, each }) => {
    if (drop === 0) return x!;
    if (!noisy) return graph.multiply(x!, 1 - drop);
    if (each === "batch")
      return graph.select(
        graph.lessEqual(drop, graph.reshape(random({ shape: [1], batched: false }), [])),
        x!,
        0,
      );
    const draws = random({ shape: [x!.type.shape[0]!], batched: true });
    return graph.select(graph.lessEqual(drop, graph.broadcast(draws, x!.type, [0])), x!, 0);
  },
});
