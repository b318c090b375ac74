import { defineSchedule } from "../define.ts";
import { durationArgument } from "../support/duration.ts";
import { staysAt, timesFactor, zero } from "../support/growth.ts";

export const exponential = defineSchedule({
  name: "exponential",
  summary: "Multiplies the rate by gamma once in every period.",
  formula: "rate = start gamma^floor((t - 1) / every)",
  arguments: {
    gamma: {
      kind: "number",
      minimum: 0,
      exclusive: "minimum",
      summary: "The factor of one period.",
    },
    duration: durationArgument,
    every: {
      kind: "duration",
      named: true,
      default: { amount: 1, unit: "epoch" },
      summary: "The period.",
    },
  },
  duration: "duration",
  example: "schedule: exponential(0.9, every: 1 epoch)",
  techniques: ["G6"],
  growth: ({ gamma }, startsAtZero) =>
    startsAtZero ? zero : gamma === 1 ? staysAt(1) : timesFactor(gamma),
  rate: ({ graph, step, previous, number }) => {
    const periods = graph.floor(graph.divide(graph.subtract(step, 1), number("every")));
    return graph.multiply(previous, graph.power(number("gamma"), periods));
  },
});
