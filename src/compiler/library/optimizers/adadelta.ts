import { defineOptimizer } from "../define.ts";

export const adadelta = defineOptimizer({
  name: "adadelta",
  summary:
    "Steps as large as the last ones were, against the size of the gradient: there is no learning rate.",
  formula:
    "G = gamma G + (1 - gamma) g^2, d = -sqrt(D + epsilon) / sqrt(G + epsilon) g, D = gamma D + (1 - gamma) d^2, w += d; a schedule or a multiple such as `lr: 0.1x` scales d",
  source: "Zeiler 2012, ADADELTA: An Adaptive Learning Rate Method",
  arguments: {
    gamma: {
      kind: "number",
      named: true,
      minimum: 0,
      maximum: 1,
      exclusive: "maximum",
      default: 0.9,
      schedulable: true,
      summary: "The share of the running means that is kept.",
    },
    epsilon: {
      kind: "number",
      named: true,
      minimum: 0,
      exclusive: "minimum",
      default: 1e-6,
      summary: "Added under both roots; it decides how large the first steps are.",
    },
  },
  example: "optimizer: adadelta(gamma: 0.95)",
  pitfalls:
    "It starts slowly: the first steps are about sqrt(epsilon). It has no rate that falls, so across a steep valley it may go on swinging; a schedule damps that.",
  techniques: ["F6"],
  slots: () => ({ squares: 0, changes: 0 }),
  update: ({ graph, parameter, gradient, rate, slots, number }) => {
    const [gamma, epsilon] = [number("gamma"), number("epsilon")];
    const mixed = (old: typeof gradient, fresh: typeof gradient) =>
      graph.add(
        graph.multiply(gamma, old),
        graph.multiply(graph.subtract(1, gamma), graph.multiply(fresh, fresh)),
      );
    const squares = mixed(slots.squares!, gradient);
    const ratio = graph.divide(
      graph.sqrt(graph.add(slots.changes!, epsilon)),
      graph.sqrt(graph.add(squares, epsilon)),
    );
    const change = graph.multiply(ratio, gradient);
    return {
      parameter: graph.subtract(parameter, graph.multiply(rate, change)),
      slots: { squares, changes: mixed(slots.changes!, change) },
    };
  },
});
