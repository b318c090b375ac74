import type { ArgumentTable } from "../library/arguments.ts";
import type { StopCondition } from "../typed/program.ts";
import { showStop } from "../typed/show.ts";
import { defineSetting } from "./setting.ts";

declare module "../typed/program.ts" {
  interface TypedRun {
    readonly stop: StopCondition | undefined;
  }
}

/** Calls that stand in a condition besides comparisons. */
export const conditions = {
  early: {
    monitor: { kind: "monitor", summary: "What is watched." },
    patience: { kind: "duration", summary: "How long it may go without getting better." },
    least: {
      kind: "number",
      named: true,
      minimum: 0,
      default: 0,
      summary: "The smallest change that counts as getting better.",
    },
  },
} as const satisfies Record<string, ArgumentTable>;

export const stop = defineSetting({
  name: "stop",
  summary: "When training ends before its last epoch.",
  takes: "a condition (8.6)",
  otherwise: "never",
  calls: conditions,
  example: "stop: early(validation.loss, patience: 5 epochs) or time > 10 minutes",
  details:
    "Besides the call: comparisons (`<`, `<=`, `>`, `>=`) of watched numbers, joined by `or` and `and`, where `and` binds tighter. `test.…` may stand nowhere (NN0720).",
  infer: ({ written, read }): { stop: StopCondition | undefined } | undefined => {
    if (!written) return { stop: undefined };
    const condition = read("condition");
    return condition && { stop: condition };
  },
  mayChange: true,
  show: (run) => run.stop && showStop(run.stop),
});
