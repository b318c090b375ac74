import { defineRegularizer } from "../define.ts";
import { halfSquareSum, strength } from "../support/penalty.ts";

export const l2 = defineRegularizer({
  name: "l2",
  summary: "Half the sum of squares: keeps weights small and spread out.",
  formula: "(lambda / 2) sum w^2; gradient lambda w",
  source: "Hoerl, Kennard 1970; Krogh, Hertz 1992",
  applies: "tensor",
  arguments: { lambda: strength },
  squares: ({ lambda }) => lambda,
  example: "for weights { regularize: l2(1e-4) }",
  pitfalls:
    "It equals weight decay only for plain gradient descent. With Adam use `adamw(decay: ...)`.",
  techniques: ["E4"],
  penalty: (graph, x, { lambda }) => halfSquareSum(graph, x, lambda),
});
