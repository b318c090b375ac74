/** How long a part of a sequence of schedules lasts; the last part needs none. */
export const durationArgument = {
  kind: "duration",
  optional: true,
  summary: "How long this part of a sequence lasts; what is left of the run, when it is the last.",
} as const;

/** The rate that a part ends with; `0.01x` is a multiple of the run's own. */
export const toArgument = {
  kind: "number",
  named: true,
  multiple: true,
  default: 0,
  summary: "The rate at the end; `0.01x` is a multiple of the run's own rate.",
} as const;
