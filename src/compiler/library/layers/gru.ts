import {
  alongPlaces,
  biasArgument,
  comingBack,
  gate,
  incoming,
  inferRecurrent,
  recurrentWeights,
  returning,
  unitsArgument,
} from "../support/recurrent.ts";
import { recur } from "../support/recurrence.ts";
import { defineLayer } from "../define.ts";

export const gru = defineLayer({
  name: "gru",
  summary:
    "Gated recurrent units: each unit learns when to forget what it knew and how much of the new to take in.",
  formula:
    "i = x_t Wi + bi and k = h_(t-1) Wh + bh in three gates r, z, n; r = sigmoid(i_r + k_r), z = sigmoid(i_z + k_z), n = tanh(i_n + r k_n), h_t = (1 - z) n + z h_(t-1), with h_0 = 0; input_weight Wi is [in, 3 units], hidden_weight Wh [units, 3 units], input_bias bi and hidden_bias bh [3 units], gates in this order (PyTorch: weight_ih and weight_hh transposed, bias_ih, bias_hh)",
  source:
    "Cho, van Merriënboer, Gulcehre, Bahdanau, Bougares, Schwenk, Bengio 2014, Learning Phrase Representations using RNN Encoder-Decoder",
  arguments: {
    units: unitsArgument,
    bias: biasArgument,
  },
  example: "symbols -> embedding(64) -> gru(128) -> dense(96, over: c)",
  pitfalls:
    "The reset gate works on the product, bias included, as in PyTorch and cuDNN, not on h as in the paper: weights of other programs may not fit. The places come one after the other, so a step takes as long as the sequence is; clip the gradients (`clip: norm(1)`). An initialiser of `weights` is applied gate by gate.",
  techniques: ["D17"],
  window: () => "all",
  infer: ([type], { units }) => inferRecurrent("gru", type!, units),
  weights: ([type], { units, bias }) => recurrentWeights(type!, units, 3, bias),
  lower: (context, [x], { units }) => {
    const count = context.size(units);
    return alongPlaces(context, x!, (moved) =>
      recur(context.graph, {
        sequences: [incoming(context, moved)],
        constants: returning(context),
        units: [count],
        step: (graph, [hidden], [here], back) => {
          const known = comingBack(graph, hidden!, back);
          const [r, z] = [0, 1].map((number) =>
            graph.sigmoid(
              graph.add(gate(graph, here!, number, count), gate(graph, known, number, count)),
            ),
          );
          const n = graph.tanh(
            graph.add(
              gate(graph, here!, 2, count),
              graph.multiply(r!, gate(graph, known, 2, count)),
            ),
          );
          // (1 - z) n + z h
          return [graph.add(n, graph.multiply(z!, graph.subtract(hidden!, n)))];
        },
      }),
    );
  },
});
