import { defineSchedule } from "../define.ts";
import { durationArgument } from "../support/duration.ts";
import { staysAt, zero } from "../support/growth.ts";

export const constant = defineSchedule({
  name: "constant",
  summary: "The same rate throughout.",
  formula:
    'rate = at, or start. Here "start" is the rate where the part before ended, or the run\'s own; t counts steps from 1',
  arguments: {
    duration: durationArgument,
    at: {
      kind: "number",
      named: true,
      multiple: true,
      optional: true,
      summary: "The rate; where the part before ended, when left out.",
    },
  },
  duration: "duration",
  example: "schedule: constant(10 epochs, at: 0.1) then constant(at: 0.01)",
  techniques: ["G1", "G7"],
  growth: ({ at }, startsAtZero) =>
    at !== undefined ? staysAt(at) : startsAtZero ? zero : staysAt(1),
  rate: ({ previous, number, values }) => (values.at === undefined ? previous : number("at")),
});
