import { defineSchedule } from "../define.ts";
import type { Node } from "../../ir/graph.ts";
import type { ScheduleContext } from "../definition.ts";
import { durationArgument } from "../support/duration.ts";
import { staysAt, timesFactor, zero } from "../support/growth.ts";

/** How many drops lie before this step. */
function drops({
  graph,
  step,
  number,
  count,
  values,
}: Pick<ScheduleContext, "graph" | "step" | "number" | "count"> & {
  values: { at?: unknown; every?: unknown };
}): Node {
  const past = graph.subtract(step, 1);
  const regular =
    values.every === undefined
      ? graph.constant(0)
      : graph.floor(graph.divide(past, number("every")));
  if (values.at === undefined) return regular;
  const times = Array.from({ length: count("at") }, (_, index) =>
    graph.lessEqual(number("at", index), past),
  );
  return times.reduce((sum, each) => graph.add(sum, each), regular);
}

export const step = defineSchedule({
  name: "step",
  summary: "Multiplies the rate by a factor every so often, or at given times.",
  formula:
    "rate = start factor^k, with k = floor((t - 1) / every), or the number of times in `at` that lie before step t",
  arguments: {
    duration: durationArgument,
    every: {
      kind: "duration",
      named: true,
      optional: true,
      summary: "The time between two drops.",
    },
    at: {
      kind: "duration",
      list: true,
      named: true,
      optional: true,
      summary:
        "The times of the drops: `(30 epochs, 60 epochs)`; the step after one is the first with the lower rate.",
    },
    factor: {
      kind: "number",
      named: true,
      minimum: 0,
      exclusive: "minimum",
      default: 0.1,
      summary: "What the rate is multiplied by.",
    },
  },
  duration: "duration",
  check: ({ every, at }) =>
    every === undefined && at === undefined
      ? {
          problem: "`step` is told neither when nor how often to lower the rate",
          help: "write `every: 30 epochs`, or `at: (30 epochs, 60 epochs)`",
        }
      : undefined,
  example: "schedule: step(at: (30 epochs, 60 epochs), factor: 0.1)",
  pitfalls:
    "Times are counted from the beginning of this part of a sequence, so after `warmup(5 epochs)` a drop `at: 30 epochs` comes after epoch 35.",
  techniques: ["G2"],
  growth: ({ every, factor }, startsAtZero) =>
    startsAtZero ? zero : every === undefined || factor === 1 ? staysAt(1) : timesFactor(factor),
  rate: (context) => {
    const { graph, previous, number } = context;
    return graph.multiply(previous, graph.power(number("factor"), drops(context)));
  },
});
