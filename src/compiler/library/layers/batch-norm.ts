import { axesBut } from "../support/arrange.ts";
import { moments, placesOver, scaleAndShift, scaled, wrongOver } from "../support/normalization.ts";
import { defineLayer } from "../define.ts";
import type { LowerContext } from "../definition.ts";
import type { Node } from "../../ir/graph.ts";

/** How many values each mean is taken over: the rows of this batch times the places of the other axes. */
function countOf({ graph }: LowerContext, x: Node, axes: readonly number[]): Node {
  const places = axes
    .filter((axis) => axis > 0)
    .reduce((product, axis) => product * x.type.shape[axis]!, 1);
  return graph.multiply(graph.rows(), places);
}

/** r ← (1 − momentum)·r + momentum·new; the variance that is kept is the unbiased one, as in PyTorch. */
function keep(
  context: LowerContext,
  mean: Node,
  variance: Node,
  count: Node,
  momentum: number,
): void {
  const { graph, states, update } = context;
  const mixed = (old: Node, next: Node) =>
    graph.add(graph.multiply(old, 1 - momentum), graph.multiply(next, momentum));
  // A single value has no unbiased variance; it is kept as 0 rather than as 0 / 0.
  const unbiased = graph.multiply(
    variance,
    graph.divide(count, graph.maximum(graph.subtract(count, 1), 1)),
  );
  update("mean", mixed(states.mean!, mean));
  update("variance", mixed(states.variance!, unbiased));
}

export const batchNorm = defineLayer({
  name: "batch_norm",
  summary:
    "Normalises each channel over the batch and the spatial axes, then scales and shifts it by learned numbers.",
  formula:
    "training: y = scale * (x - mean) / sqrt(variance + epsilon) + shift, mean and biased variance of the batch; inference: the running averages instead; running = (1 - momentum) * running + momentum * new (unbiased variance)",
  source: "Ioffe, Szegedy 2015, Batch Normalization",
  arguments: {
    momentum: {
      kind: "number",
      named: true,
      minimum: 0,
      maximum: 1,
      default: 0.1,
      summary: "How much of each batch's statistics enters the running averages.",
    },
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
      named: true,
      optional: true,
      summary:
        "The axis with statistics of its own; `c`, or the only axis besides the batch, when left out.",
    },
  },
  example: "x -> conv(16, 3, bias: off) -> batch_norm -> relu",
  pitfalls:
    "Needs batches of more than a few rows: with tiny ones use `layer_norm`. A bias right before it has no effect. `momentum` is the share of the new batch (0.1), where some frameworks mean the share of the old (0.9).",
  techniques: ["D6"],
  normalizes: ({ over }) => ({ batch: true, channels: over === undefined }),
  between: "normalisation",
  fresh: (values) => ({ ...values, momentum: 1 }),
  infer: ([type], { over }) => wrongOver("batch_norm", type!, over) ?? type!,
  weights: ([type], { over }) =>
    scaleAndShift(placesOver(type!, over).map((place) => type!.axes[place]!.size)),
  states: ([type], { over }) => {
    const shape = placesOver(type!, over).map((place) => type!.axes[place]!.size);
    return [
      { name: "mean", shape, initial: 0 },
      { name: "variance", shape, initial: 1 },
    ];
  },
  lower: (context, [x], { momentum, epsilon, over }) => {
    const { graph, weights, states } = context;
    const places = placesOver(context.inputTypes[0]!, over);
    const axes = axesBut(x!.type.shape.length, places);
    const spread = (statistic: Node) => graph.spread(statistic, x!.type, axes);
    if (!context.training) {
      const deviation = graph.sqrt(graph.add(states.variance!, epsilon));
      const normal = graph.divide(graph.subtract(x!, spread(states.mean!)), spread(deviation));
      return scaled(graph, normal, weights.scale!, weights.shift!, places);
    }
    const { mean, variance, centred } = moments(graph, x!, axes);
    keep(context, mean, variance, countOf(context, x!, axes), momentum);
    const normal = graph.divide(centred, spread(graph.sqrt(graph.add(variance, epsilon))));
    return scaled(graph, normal, weights.scale!, weights.shift!, places);
  },
});
