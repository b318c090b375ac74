import { durationNotHere } from "../base/diagnostics/catalogue/training.ts";
import type { ArgumentTable } from "../library/arguments.ts";
import type { Average } from "../typed/program.ts";
import { showValue } from "../typed/show.ts";
import { defineSetting } from "./setting.ts";
import { refuseWholeMethod } from "./whole-method.ts";

declare module "../typed/program.ts" {
  interface TypedRun {
    /** Averages of the weights, which are used in their place. */
    readonly average?: Average;
  }
}

const calls = {
  ema: {
    decay: {
      kind: "number",
      minimum: 0,
      maximum: 1,
      exclusive: "both",
      default: 0.999,
      summary: "How much of the average stays at each step.",
    },
  },
  swa: {
    start: {
      kind: "number",
      minimum: 0,
      maximum: 1,
      exclusive: "maximum",
      default: 0.75,
      summary: "The share of the run after which the average begins.",
    },
    every: {
      kind: "duration",
      named: true,
      default: { amount: 1, unit: "epoch" },
      summary: "How often the weights join the average.",
    },
  },
} as const satisfies Record<string, ArgumentTable>;

export const average = defineSetting({
  name: "average",
  summary: "Averages of the weights, which are measured, saved and predicted with in their place.",
  takes: "`ema(0.999)`, `swa(start: 75%)` (8.10)",
  otherwise: "none",
  calls,
  example: "average: ema(0.999)",
  details:
    "`ema` is brought up to date after every update of the weights, `swa` (Izmailov et al. 2018) at the end of every interval from a share of the run on.",
  infer: ({ written, call, report }): { average?: Average } | undefined => {
    if (!written) return {};
    const called = call(calls);
    if (!called) return undefined;
    if (called.name === "ema") return { average: { kind: "ema", decay: called.values.decay } };
    const { start, every } = called.values;
    if (every.unit === "epoch" || every.unit === "step")
      return { average: { kind: "swa", start, every } };
    return report(durationNotHere, written.value, {
      name: called.name,
      found: showValue(every),
    });
  },
  show: ({ average: kept }) => kept && showAverage(kept),
  check: (run, checking) =>
    refuseWholeMethod(run, checking, "there is no noise to be averaged away"),
});

function showAverage(kept: Average): string {
  return kept.kind === "ema"
    ? `ema(${kept.decay})`
    : `swa(start: ${kept.start}, every: ${showValue(kept.every)})`;
}
