import type { ArgumentTable } from "../library/arguments.ts";
import { defineSetting } from "./setting.ts";
import { refuseWholeMethod } from "./whole-method.ts";

interface Clip {
  readonly kind: "norm" | "value";
  readonly limit: number;
}

declare module "../typed/program.ts" {
  interface TypedRun {
    readonly clip: Clip | undefined;
  }
}

const limit = {
  limit: {
    kind: "number",
    minimum: 0,
    exclusive: "minimum",
    summary: "The largest that is let through.",
  },
} as const satisfies ArgumentTable;
const calls = { norm: limit, value: limit } as const;

export const clip = defineSetting({
  name: "clip",
  summary: "Keeps gradients from growing too long.",
  takes: "`norm(1)`, `value(0.5)`",
  otherwise: "none",
  calls,
  example: "clip: norm(1)",
  details:
    "`norm` shortens the gradient of all weights together to that length (Pascanu et al. 2013), `value` cuts each number of it at ± that.",
  infer: ({ written, call }): { clip: Clip | undefined } | undefined => {
    if (!written) return { clip: undefined };
    const called = call(calls, { examples: ["`norm(1)`", "`value(0.5)`"] });
    return called && { clip: { kind: called.name, limit: called.values.limit } };
  },
  mayChange: true,
  show: (run) => run.clip && `${run.clip.kind}(${run.clip.limit})`,
  check: (run, checking) =>
    refuseWholeMethod(
      run,
      checking,
      "a clipped gradient is not that of the loss, so the search would go astray; the search itself keeps steps from growing too long",
    ),
});
