import { defineSetting } from "./setting.ts";

declare module "../typed/program.ts" {
  interface TypedRun {
    readonly steps: number | undefined;
  }
}

export const steps = defineSetting({
  name: "steps",
  summary:
    "The most steps that are done: the run ends at `epochs` or `steps`, whichever comes first.",
  takes: "an integer from 1",
  otherwise: "no limit",
  example: "steps: 5000",
  infer: ({ written, argument }): { steps: number | undefined } | undefined => {
    if (!written) return { steps: undefined };
    const count = argument({ kind: "integer", minimum: 1, summary: "" });
    return count === undefined ? undefined : { steps: count };
  },
  mayChange: true,
  show: (run) => (run.steps === undefined ? undefined : String(run.steps)),
});
