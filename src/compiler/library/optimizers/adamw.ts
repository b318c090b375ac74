import { defineOptimizer } from "../define.ts";
import { adamArguments, adamSlots, adamStep } from "../support/moments.ts";

export const adamw = defineOptimizer({
  name: "adamw",
  summary: "Adam with weight decay apart from the gradient.",
  formula: "w -= rate m^ / (sqrt(s^) + epsilon) + rate decay w, m^ and s^ as in adam",
  source: "Loshchilov, Hutter 2019, Decoupled Weight Decay Regularization",
  arguments: {
    ...adamArguments,
    decay: {
      kind: "number",
      named: true,
      minimum: 0,
      default: 0.01,
      schedulable: true,
      summary: "The share of the weight that is taken off each step, times the rate.",
    },
  },
  rate: "rate",
  usualRate: 1e-3,
  normalizedSteps: true,
  example: "optimizer: adamw(1e-3, decay: 0.01)",
  pitfalls:
    "The decay takes the place of an L2 penalty; both together shrink twice. Biases and normalisation parameters do not decay unless a rule names them.",
  techniques: ["F8"],
  slots: () => adamSlots,
  update: (context) => {
    const { graph, parameter, rate, number } = context;
    const { change, slots } = adamStep(context);
    const shrunk = graph.subtract(
      parameter,
      graph.multiply(graph.multiply(rate, number("decay")), parameter),
    );
    return { parameter: graph.subtract(shrunk, change), slots };
  },
});
