import { defineOptimizer } from "../define.ts";

export const kfac = defineOptimizer({
  name: "kfac",
  summary:
    "Natural gradient by blocks: each dense or convolutional layer's curvature is taken as a Kronecker product of two small matrices.",
  formula:
    "d = (A + pi sqrt(damping) I)^-1 g (G + sqrt(damping) / pi I)^-1, v = momentum v + d, w -= rate v; A = E[a a^T] of the inputs (with a 1 for the bias), G = E[g g^T] of the gradients of the outputs, running averages with the share min(1 - 1/t, average); pi^2 = (trace(A) / dim A) / (trace(G) / dim G). Convolutions: A sums over places, G averages over them. With kl_clip d is scaled by min(1, sqrt(kl_clip / (rate^2 sum d.g)))",
  source:
    "Martens, Grosse 2015, Optimizing Neural Networks with Kronecker-factored Approximate Curvature; Grosse, Martens 2016, A Kronecker-factored approximate Fisher matrix for convolution layers; Ba, Grosse, Martens 2017 (the clip)",
  arguments: {
    rate: { kind: "number", minimum: 0, default: 1e-2, summary: "The learning rate." },
    damping: {
      kind: "number",
      named: true,
      minimum: 0,
      exclusive: "minimum",
      default: 1e-3,
      summary: "Added to the curvature, divided between both factors.",
    },
    momentum: {
      kind: "number",
      named: true,
      minimum: 0,
      maximum: 1,
      exclusive: "maximum",
      default: 0,
      schedulable: true,
      summary: "The share of the last step that is kept.",
    },
    average: {
      kind: "number",
      named: true,
      minimum: 0,
      maximum: 1,
      exclusive: "maximum",
      default: 0.95,
      summary: "The share of the running averages that is kept.",
    },
    every: {
      kind: "integer",
      named: true,
      minimum: 1,
      default: 10,
      summary: "After how many steps the matrices are inverted anew.",
    },
    kl_clip: {
      kind: "number",
      named: true,
      minimum: 0,
      exclusive: "minimum",
      optional: true,
      summary:
        "The most that a step may change the predicted distributions, as a Kullback-Leibler divergence.",
    },
    fisher: {
      kind: "symbol",
      named: true,
      choices: ["sampled", "empirical"],
      default: "sampled",
      summary:
        "Whether G is of targets that are drawn from the model's predictions (the Fisher information) or of the data's own.",
    },
  },
  rate: "rate",
  kronecker: true,
  example: "optimizer: kfac(1e-2, damping: 1e-3)",
  pitfalls:
    "Weights of other layers (and of layers that are used twice, have groups or dropconnect) move by their plain gradient at the same rate; give them another optimiser with a rule where that is too slow or too fast. With momentum steps are 1 / (1 - momentum) times as long. Steps that are too long, or too little damping, show as losses that jump: `kl_clip: 1e-3` bounds them. `sampled` needs losses that are likelihoods: cross-entropies, squared errors, `kl`; their class weights and label smoothing do not enter the curvature. Inverting takes the cube of a layer's inputs: with thousands of them raise `every`.",
  techniques: ["F11"],
  slots: ({ momentum }) => (momentum === 0 ? {} : { velocity: 0 }),
  update: ({ graph, parameter, gradient, rate, slots, number, values }) => {
    if (values.momentum === 0)
      return { parameter: graph.subtract(parameter, graph.multiply(rate, gradient)), slots: {} };
    const velocity = graph.add(graph.multiply(number("momentum"), slots.velocity!), gradient);
    return {
      parameter: graph.subtract(parameter, graph.multiply(rate, velocity)),
      slots: { velocity },
    };
  },
});
