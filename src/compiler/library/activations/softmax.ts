import { defineActivation } from "../define.ts";
import { softmaxOf } from "../support/softmax.ts";

export const softmax = defineActivation({
  name: "softmax",
  summary: "Turns the values along one axis into a distribution.",
  formula: "y_i = exp(x_i) / sum over j of exp(x_j), computed after subtracting the maximum",
  arguments: {
    over: {
      kind: "axis",
      named: true,
      optional: true,
      summary:
        "The axis of the distribution; `c`, or the only axis besides the batch, when left out.",
    },
  },
  family: "saturating",
  over: true,
  example: "logits -> softmax",
  pitfalls: "Not before `cross_entropy`, which takes logits and does this itself, in a stable way.",
  techniques: ["A9"],
  lower: (graph, x, _, axis) => softmaxOf(graph, x, axis),
});
