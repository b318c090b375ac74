import {
  alongPlaces,
  biasArgument,
  comingBack,
  incoming,
  inferRecurrent,
  recurrentWeights,
  returning,
  unitsArgument,
} from "../support/recurrent.ts";
import { recur } from "../support/recurrence.ts";
import { defineLayer } from "../define.ts";

export const rnn = defineLayer({
  name: "rnn",
  summary:
    "The simple recurrent layer: at every place of a sequence a layer of units sees the features there and its own values at the place before.",
  formula:
    "h_t = tanh(x_t Wi + bi + h_(t-1) Wh + bh), with h_0 = 0; input_weight Wi is [in, units], hidden_weight Wh [units, units], input_bias bi and hidden_bias bh [units] (PyTorch: weight_ih and weight_hh transposed, bias_ih, bias_hh)",
  source: "Elman 1990, Finding Structure in Time",
  arguments: {
    units: unitsArgument,
    activation: {
      kind: "symbol",
      choices: ["tanh", "relu"],
      named: true,
      default: "tanh",
      summary: "What the sum goes through.",
    },
    bias: biasArgument,
  },
  example: "words -> rnn(32) -> last(over: t) -> dense(10)",
  pitfalls:
    "Gradients shrink or grow with every place: over more than some tens of places use `gru` or `lstm`, and clip (`clip: norm(1)`). With `relu` the values can grow without bound: start from `for weights of rnn { init: orthogonal }`.",
  techniques: ["D17"],
  window: () => "all",
  infer: ([type], { units }) => inferRecurrent("rnn", type!, units),
  weights: ([type], { units, bias }) => recurrentWeights(type!, units, 1, bias),
  lower: (context, [x], { units, activation }) =>
    alongPlaces(context, x!, (moved) =>
      recur(context.graph, {
        sequences: [incoming(context, moved)],
        constants: returning(context),
        units: [context.size(units)],
        step: (graph, [hidden], [here], back) => {
          const sum = graph.add(here!, comingBack(graph, hidden!, back));
          return [activation === "tanh" ? graph.tanh(sum) : graph.maximum(sum, 0)];
        },
      }),
    ),
});
