import { defineSchedule } from "../define.ts";
import { durationArgument } from "../support/duration.ts";
import { staysAt } from "../support/growth.ts";

export const oneCycle = defineSchedule({
  name: "one_cycle",
  summary: "One rise to a high rate and one long fall to next to nothing.",
  formula:
    "from the start to peak over the first rise T steps, then to `to` at the last step, along half a wave of the cosine or a straight line; at step t, counted from 0, the rise ends at rise T - 1 and the fall at T - 1",
  source: "Smith, Topin 2018, Super-convergence; as PyTorch's OneCycleLR",
  arguments: {
    duration: durationArgument,
    peak: {
      kind: "number",
      named: true,
      multiple: true,
      summary: "The highest rate; `10x` is a multiple of the run's own.",
    },
    rise: {
      kind: "number",
      named: true,
      minimum: 0,
      maximum: 1,
      exclusive: "both",
      default: 0.3,
      summary: "The share of the steps that rise.",
    },
    to: {
      kind: "number",
      named: true,
      multiple: true,
      default: 0,
      summary: "The rate of the last step; `0.01x` is a multiple of the run's own rate.",
    },
    shape: {
      kind: "symbol",
      named: true,
      choices: ["cosine", "linear"],
      default: "cosine",
      summary: "Along half a wave of the cosine, or in straight lines.",
    },
  },
  duration: "duration",
  rises: true,
  example: "schedule: one_cycle(peak: 10x, rise: 30%)",
  pitfalls:
    "Starts at the optimizer's rate: PyTorch starts at a 25th of the peak, so give the optimizer that. The momentum may go the other way: `sgd(0.04, momentum: linear(6 epochs, from: 0.95, to: 0.85) then linear(from: 0.85, to: 0.95))`.",
  techniques: ["G13"],
  growth: ({ to }) => staysAt(to),
  rate: ({ graph, step, length, previous, number, values }) => {
    const past = graph.subtract(step, 1);
    const riseEnd = graph.subtract(graph.multiply(length, number("rise")), 1);
    const rising = graph.minimum(
      graph.maximum(graph.divide(past, graph.maximum(riseEnd, 1)), 0),
      1,
    );
    const fall = graph.maximum(graph.subtract(graph.subtract(length, 1), riseEnd), 1);
    const falling = graph.minimum(graph.divide(graph.subtract(past, riseEnd), fall), 1);
    const [peak, to] = [number("peak"), number("to")];
    const between = (from: typeof peak, until: typeof peak, share: typeof peak) => {
      const way =
        values.shape === "linear"
          ? share
          : graph.multiply(0.5, graph.subtract(1, graph.cosine(graph.multiply(Math.PI, share))));
      return graph.add(from, graph.multiply(graph.subtract(until, from), way));
    };
    return graph.select(
      graph.lessEqual(past, riseEnd),
      between(previous, peak, rising),
      between(peak, to, falling),
    );
  },
});
