import type { ArgumentTable, Duration } from "../library/arguments.ts";
import { showValue } from "../typed/show.ts";
import { defineSetting } from "./setting.ts";

declare module "../typed/program.ts" {
  interface TypedRun {
    readonly saveEvery: Duration | undefined;
  }
}

const calls = {
  every: { interval: { kind: "duration", summary: "How often the weights are saved." } },
} as const satisfies Record<string, ArgumentTable>;

const seconds = { second: 1, minute: 60, hour: 3600 } as const;

export const save = defineSetting({
  name: "save",
  summary: "How often the weights are kept in a file of their own.",
  takes: "`every(1 epoch)`, `every(500 steps)`, `every(10 minutes)`",
  otherwise: "last and best only",
  calls,
  example: "save: every(5 epochs)",
  infer: ({ written, call }): { saveEvery: Duration | undefined } | undefined => {
    if (!written) return { saveEvery: undefined };
    const examples = ["`every(1 epoch)`", "`every(500 steps)`", "`every(10 minutes)`"];
    const called = call(calls, { examples });
    return called && { saveEvery: called.values.interval };
  },
  mayChange: true,
  show: ({ saveEvery }) => saveEvery && `every(${showValue(saveEvery)})`,
  told: ({ saveEvery }) => {
    if (saveEvery === undefined) return [];
    const { amount, unit } = saveEvery;
    if (unit === "epoch") return [{ name: "saveEveryEpochs", value: amount }];
    if (unit === "step") return [{ name: "saveEverySteps", value: amount }];
    return [{ name: "saveEverySeconds", value: amount * seconds[unit] }];
  },
});
