import { defineOptimizer } from "../define.ts";

export const rmsprop = defineOptimizer({
  name: "rmsprop",
  summary: "Divides each step by the root of a running mean of squared gradients.",
  formula: "G = gamma G + (1 - gamma) g^2, w -= rate g / (sqrt(G) + epsilon)",
  source: "Tieleman, Hinton 2012, lecture 6.5 of Neural Networks for Machine Learning",
  arguments: {
    rate: { kind: "number", minimum: 0, default: 1e-3, summary: "The learning rate." },
    gamma: {
      kind: "number",
      named: true,
      minimum: 0,
      maximum: 1,
      exclusive: "maximum",
      default: 0.9,
      schedulable: true,
      summary: "The share of the running mean that is kept.",
    },
    epsilon: {
      kind: "number",
      named: true,
      minimum: 0,
      exclusive: "minimum",
      default: 1e-8,
      summary: "Added to the root, against division by 0.",
    },
  },
  rate: "rate",
  usualRate: 1e-3,
  example: "optimizer: rmsprop(1e-3, gamma: 0.9)",
  pitfalls: "gamma is 0.9 unless written, as in the lecture; PyTorch has 0.99.",
  techniques: ["F5"],
  slots: () => ({ squares: 0 }),
  update: ({ graph, parameter, gradient, rate, slots, number }) => {
    const gamma = number("gamma");
    const fresh = graph.multiply(graph.subtract(1, gamma), graph.multiply(gradient, gradient));
    const squares = graph.add(graph.multiply(gamma, slots.squares!), fresh);
    const step = graph.divide(
      graph.multiply(rate, gradient),
      graph.add(graph.sqrt(squares), number("epsilon")),
    );
    return { parameter: graph.subtract(parameter, step), slots: { squares } };
  },
});
