import { defineSchedule } from "../define.ts";
import { durationArgument } from "../support/duration.ts";
import { unknown, zero } from "../support/growth.ts";

export const plateau = defineSchedule({
  name: "plateau",
  summary: "Lowers the rate each time a watched number has stopped getting better.",
  formula:
    "rate = max(start factor^k, minimum); k grows by 1 when the number has not got better than best (1 - threshold), or (1 + threshold) where more is better, for longer than patience; then nothing counts for cooldown",
  source: "PyTorch's ReduceLROnPlateau",
  arguments: {
    monitor: { kind: "monitor", summary: "What is watched, after each epoch." },
    factor: {
      kind: "number",
      named: true,
      minimum: 0,
      maximum: 1,
      exclusive: "both",
      default: 0.1,
      summary: "What the rate is multiplied by.",
    },
    patience: {
      kind: "duration",
      named: true,
      default: { amount: 10, unit: "epoch" },
      summary:
        "How long it may go without getting better; the first measurement after that lowers the rate.",
    },
    threshold: {
      kind: "number",
      named: true,
      minimum: 0,
      default: 1e-4,
      summary: "The share of the best value that counts as getting better.",
    },
    cooldown: {
      kind: "duration",
      named: true,
      default: { amount: 0, unit: "epoch" },
      summary: "How long nothing counts after the rate was lowered.",
    },
    minimum: {
      kind: "number",
      named: true,
      multiple: true,
      default: 0,
      summary: "The lowest rate; `0.01x` is a multiple of the run's own.",
    },
    duration: { ...durationArgument, named: true },
  },
  duration: "duration",
  watches: true,
  example: "schedule: plateau(validation.loss, factor: 0.1, patience: 5 epochs)",
  pitfalls:
    "With a patience as long as that of `stop: early(…)` the run ends before the rate falls. Only the `schedule` of a run can watch.",
  techniques: ["G13"],
  growth: ({ minimum }, startsAtZero) => {
    if (minimum !== 0)
      return {
        kind: "term",
        coefficient: 1,
        power: 0,
        logarithm: 0,
        exponent: 0,
        because: "it never falls below its minimum",
      };
    return startsAtZero
      ? zero
      : unknown("how often the rate falls depends on how the training goes");
  },
  rate: ({ graph, previous, drops, number }) =>
    graph.maximum(
      graph.multiply(previous, graph.power(number("factor"), drops)),
      number("minimum"),
    ),
});
