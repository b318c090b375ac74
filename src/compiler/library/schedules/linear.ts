import { defineSchedule } from "../define.ts";
import { durationArgument, toArgument } from "../support/duration.ts";
import { staysAt } from "../support/growth.ts";

export const linear = defineSchedule({
  name: "linear",
  summary: "In a straight line from one rate to another.",
  formula:
    "rate = from + (to - from) (t - 1) / T, with from = start unless written, T the length of this part",
  arguments: {
    duration: durationArgument,
    from: {
      kind: "number",
      named: true,
      multiple: true,
      optional: true,
      summary: "The rate at the beginning; where the part before ended, when left out.",
    },
    to: toArgument,
  },
  duration: "duration",
  example: "schedule: linear(to: 0)",
  techniques: ["G4", "F13"],
  growth: ({ to }) => staysAt(to),
  rate: ({ graph, step, length, previous, number, values }) => {
    const from = values.from === undefined ? previous : number("from");
    const progress = graph.minimum(graph.divide(graph.subtract(step, 1), length), 1);
    return graph.add(from, graph.multiply(graph.subtract(number("to"), from), progress));
  },
});
