import { nothingTrained } from "../base/diagnostics/catalogue/training.ts";
import { defineSetting } from "./setting.ts";

declare module "../typed/program.ts" {
  interface TypedRun {
    readonly epochs: number;
  }
}

const usual = 20;

export const epochs = defineSetting({
  name: "epochs",
  summary: "How often all training data is seen.",
  takes: "an integer from 0",
  otherwise: `${usual}`,
  example: "epochs: 30",
  synonyms: ["epoch"],
  infer: ({ written, argument }) => {
    if (!written) return { epochs: usual };
    const count = argument({ kind: "integer", minimum: 0, summary: "" });
    return count === undefined ? undefined : { epochs: count };
  },
  mayChange: true,
  show: (run) => String(run.epochs),
  check: ({ weights, epochs: count, span, name }, { report }) => {
    const frozen = weights.length > 0 && weights.every(({ freeze }) => freeze?.value === true);
    if (frozen && count > 0) report(nothingTrained, span, { run: name });
  },
});
