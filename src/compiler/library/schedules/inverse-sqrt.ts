import { defineSchedule } from "../define.ts";
import { durationArgument } from "../support/duration.ts";
import { term, zero } from "../support/growth.ts";

export const inverseSqrt = defineSchedule({
  name: "inverse_sqrt",
  summary: "The rate falls with the root of time.",
  formula: "rate = start / sqrt(1 + (t - 1) / every); start / sqrt(t) for every = 1 step",
  arguments: {
    duration: durationArgument,
    every: {
      kind: "duration",
      named: true,
      default: { amount: 1, unit: "step" },
      summary: "The unit of time.",
    },
  },
  duration: "duration",
  example: "schedule: warmup(100 steps) then inverse_sqrt(every: 100 steps)",
  pitfalls:
    "Counted in steps the rate has fallen to a tenth after 100 of them; `every: 1 epoch` is slower.",
  techniques: ["G5"],
  growth: (_, startsAtZero) => (startsAtZero ? zero : term(1, -0.5)),
  rate: ({ graph, step, previous, number }) =>
    graph.divide(
      previous,
      graph.sqrt(graph.add(1, graph.divide(graph.subtract(step, 1), number("every")))),
    ),
});
