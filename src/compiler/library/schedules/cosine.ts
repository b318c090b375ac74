import { defineSchedule } from "../define.ts";
import type { Node } from "../../ir/graph.ts";
import type { ScheduleContext } from "../definition.ts";
import { durationArgument, toArgument } from "../support/duration.ts";
import { staysAt } from "../support/growth.ts";

type Timing = Pick<ScheduleContext, "graph" | "step" | "length" | "number">;

/** How much of this part has passed, from 0. */
function once({ graph, step, length }: Timing): Node {
  return graph.minimum(graph.divide(graph.subtract(step, 1), length), 1);
}

/**
 * How much of the present period has passed. Period k (from 0) has length first·g^k and begins at first·(g^k − 1)/(g − 1), so
 * k = floor(log_g(1 + n·(g − 1)/first)); the small addition makes up for rounding in the logarithm.
 */
function periodic({ graph, step, number }: Timing, grow: number): Node {
  const first = number("restart");
  const passed = graph.divide(graph.subtract(step, 1), first);
  if (grow === 1) return graph.subtract(passed, graph.floor(passed));
  const logarithm = graph.divide(
    graph.log(graph.add(1, graph.multiply(passed, grow - 1))),
    Math.log(grow),
  );
  const length = graph.power(grow, graph.floor(graph.add(logarithm, 1e-9)));
  const begin = graph.divide(graph.subtract(length, 1), grow - 1);
  return graph.maximum(graph.divide(graph.subtract(passed, begin), length), 0);
}

export const cosine = defineSchedule({
  name: "cosine",
  summary:
    "Half a wave of the cosine: slow at first, fast in the middle, slow at the end; with `restart` again and again.",
  formula:
    "rate = to + (start - to) (1 + cos(pi (t - 1) / T)) / 2; with restarts t counts from the last one, and T is the length of its period",
  source: "Loshchilov, Hutter 2017, SGDR",
  arguments: {
    duration: durationArgument,
    to: toArgument,
    restart: {
      kind: "duration",
      named: true,
      optional: true,
      summary: "The length of the first period; every period begins at the full rate again.",
    },
    grow: {
      kind: "number",
      named: true,
      minimum: 1,
      default: 1,
      summary: "How many times longer each period is than the one before.",
    },
  },
  duration: "duration",
  check: ({ restart, grow }) =>
    restart === undefined && grow !== 1
      ? {
          problem:
            "`grow` makes each period longer than the one before, and without `restart` there is only one",
          help: "write `restart: 5 epochs` too",
          argument: "grow",
        }
      : undefined,
  example: "schedule: warmup(5 epochs) then cosine(to: 0)",
  pitfalls: "Without `restart` the rate reaches `to` just after the last step.",
  techniques: ["G3", "G9"],
  growth: ({ to, restart }, startsAtZero) =>
    restart === undefined || startsAtZero
      ? staysAt(to)
      : {
          kind: "term",
          coefficient: 1,
          power: 0,
          logarithm: 0,
          exponent: 0,
          because: "it comes back to the full rate at every restart",
        },
  rate: (context) => {
    const { graph, previous, number, values } = context;
    const progress = values.restart === undefined ? once(context) : periodic(context, values.grow);
    const wave = graph.multiply(0.5, graph.add(1, graph.cosine(graph.multiply(Math.PI, progress))));
    const to = number("to");
    return graph.add(to, graph.multiply(graph.subtract(previous, to), wave));
  },
});
