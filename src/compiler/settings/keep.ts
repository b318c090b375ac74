import type { ArgumentTable } from "../library/arguments.ts";
import { hasPart } from "../typed/parts.ts";
import { defineSetting } from "./setting.ts";

type Kept =
  | { readonly kind: "last" }
  | { readonly kind: "best"; readonly metric: string; readonly better: "higher" | "lower" };

declare module "../typed/program.ts" {
  interface TypedRun {
    readonly keep: Kept;
  }
}

const calls = {
  last: {},
  best: { monitor: { kind: "monitor", summary: "What the best weights are best at." } },
} as const satisfies Record<string, ArgumentTable>;

export const keep = defineSetting({
  name: "keep",
  summary: "Which weights the run ends with: those of the best epoch, or the last.",
  takes: "`best(validation.loss)` and its like, or `last`",
  otherwise: "`best(validation.loss)` with a validation part, else `last`",
  calls,
  example: "keep: best(validation.accuracy)",
  infer: ({ written, call, monitor, data }): { keep: Kept } | undefined => {
    if (!written)
      return hasPart(data, "validation")
        ? { keep: { kind: "best", metric: "validation.loss", better: "lower" } }
        : { keep: { kind: "last" } };
    const called = call(calls, { examples: ["`last`", "`best(validation.loss)`"] });
    if (called?.name === "last") return { keep: { kind: "last" } };
    if (!called) return undefined;
    const metric = called.values.monitor;
    const better = monitor(metric, called.spanOf("monitor"));
    return better && { keep: { kind: "best", metric, better } };
  },
  show: ({ keep: kept }) => (kept.kind === "last" ? kept.kind : `best(${kept.metric})`),
});
