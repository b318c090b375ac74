import { defineSchedule } from "../define.ts";
import { staysAt } from "../support/growth.ts";

export const warmup = defineSchedule({
  name: "warmup",
  summary: "Rises in a straight line to the full rate, which the last of its steps has.",
  formula:
    "rate = from + (base - from) t / T, with base the run's own rate, T the length of the warm-up",
  source: "Goyal et al. 2017, Accurate, Large Minibatch SGD",
  arguments: {
    duration: { kind: "duration", summary: "How long the warm-up lasts." },
    from: {
      kind: "number",
      named: true,
      multiple: true,
      default: 0,
      summary: "The rate that it rises from; the first step is already above it.",
    },
  },
  duration: "duration",
  rises: true,
  example: "schedule: warmup(2 epochs) then cosine(to: 0)",
  techniques: ["G8"],
  growth: () => staysAt(1),
  rate: ({ graph, step, length, base, number }) => {
    const progress = graph.minimum(graph.divide(step, length), 1);
    const from = number("from");
    return graph.add(from, graph.multiply(graph.subtract(base, from), progress));
  },
});
