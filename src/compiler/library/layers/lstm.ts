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

export const lstm = defineLayer({
  name: "lstm",
  summary: "Long short-term memory: every unit keeps a memory that gates write, erase and read.",
  formula:
    "i, f, g, o = the four gates of x_t Wi + bi + h_(t-1) Wh + bh; c_t = sigmoid(f) c_(t-1) + sigmoid(i) tanh(g), h_t = sigmoid(o) tanh(c_t), with h_0 = c_0 = 0; input_weight Wi is [in, 4 units], hidden_weight Wh [units, 4 units], input_bias bi and hidden_bias bh [4 units], gates in this order (PyTorch: weight_ih and weight_hh transposed, bias_ih, bias_hh)",
  source:
    "Hochreiter, Schmidhuber 1997, Long Short-Term Memory; the forget gate: Gers, Schmidhuber, Cummins 2000, Learning to Forget",
  arguments: {
    units: unitsArgument,
    bias: biasArgument,
  },
  example: "words -> lstm(64) -> last(over: t) -> dense(10)",
  pitfalls:
    "It gives h; the memory c stays inside. The places come one after the other, so a step takes as long as the sequence is; clip the gradients (`clip: norm(1)`). An initialiser of `weights` is applied gate by gate.",
  techniques: ["D17"],
  window: () => "all",
  infer: ([type], { units }) => inferRecurrent("lstm", type!, units),
  weights: ([type], { units, bias }) => recurrentWeights(type!, units, 4, bias),
  lower: (context, [x], { units }) => {
    const count = context.size(units);
    return alongPlaces(context, x!, (moved) =>
      recur(context.graph, {
        sequences: [incoming(context, moved)],
        constants: returning(context),
        units: [count, count],
        step: (graph, [hidden, memory], [here], back) => {
          const sums = graph.add(here!, comingBack(graph, hidden!, back));
          const [i, f, g, o] = [0, 1, 2, 3].map((number) => gate(graph, sums, number, count));
          const kept = graph.add(
            graph.multiply(graph.sigmoid(f!), memory!),
            graph.multiply(graph.sigmoid(i!), graph.tanh(g!)),
          );
          return [graph.multiply(graph.sigmoid(o!), graph.tanh(kept)), kept];
        },
      }),
    );
  },
});
