import { defineActivation } from "../define.ts";
import { logSoftmaxOf } from "../support/softmax.ts";

export const logSoftmax = defineActivation({
  name: "log_softmax",
  summary: "The logarithm of softmax, computed stably.",
  formula: "y_i = x_i - log(sum over j of exp(x_j))",
  arguments: {
    over: {
      kind: "axis",
      named: true,
      optional: true,
      summary:
        "The axis of the distribution; `c`, or the only axis besides the batch, when left out.",
    },
  },
  family: "linear",
  over: true,
  example: "logits -> log_softmax",
  pitfalls: "Not before `cross_entropy`, which takes logits.",
  techniques: ["A10"],
  lower: (graph, x, _, axis) => logSoftmaxOf(graph, x, axis),
});
