import { defineOptimizer } from "../define.ts";

export const adagrad = defineOptimizer({
  name: "adagrad",
  summary: "Divides each step by the root of the sum of all squared gradients so far.",
  formula: "G += g^2, w -= rate g / (sqrt(G) + epsilon)",
  source: "Duchi, Hazan, Singer 2011",
  arguments: {
    rate: { kind: "number", minimum: 0, default: 0.01, summary: "The learning rate." },
    epsilon: {
      kind: "number",
      named: true,
      minimum: 0,
      exclusive: "minimum",
      default: 1e-10,
      summary: "Added to the root, against division by 0.",
    },
  },
  rate: "rate",
  diesOut: true,
  example: "optimizer: adagrad(0.01)",
  pitfalls: "The sum only grows, so on long runs the steps die out.",
  techniques: ["F4"],
  slots: () => ({ squares: 0 }),
  update: ({ graph, parameter, gradient, rate, slots, number }) => {
    const squares = graph.add(slots.squares!, graph.multiply(gradient, gradient));
    const step = graph.divide(
      graph.multiply(rate, gradient),
      graph.add(graph.sqrt(squares), number("epsilon")),
    );
    return { parameter: graph.subtract(parameter, step), slots: { squares } };
  },
});
