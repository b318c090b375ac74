import { defineSchedule } from "../define.ts";
import { durationArgument } from "../support/duration.ts";
import { staysAt, term, zero } from "../support/growth.ts";

export const inverseTime = defineSchedule({
  name: "inverse_time",
  summary: "The rate falls in proportion to time, as Robbins and Monro ask for.",
  formula: "rate = start / (1 + decay (t - 1))",
  source: "Robbins, Monro 1951",
  arguments: {
    decay: {
      kind: "number",
      minimum: 0,
      summary: "How fast the rate falls: at t - 1 = 1 / decay it has halved.",
    },
    duration: durationArgument,
  },
  duration: "duration",
  example: "schedule: inverse_time(decay: 1e-3)",
  techniques: ["G12"],
  growth: ({ decay }, startsAtZero) =>
    startsAtZero ? zero : decay === 0 ? staysAt(1) : term(1 / decay, -1),
  rate: ({ graph, step, previous, number }) =>
    graph.divide(previous, graph.add(1, graph.multiply(number("decay"), graph.subtract(step, 1)))),
});
