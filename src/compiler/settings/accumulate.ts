import { movesAllWeights, nothingToGather } from "../base/diagnostics/catalogue/training.ts";
import { isTreated } from "../typed/kronecker.ts";
import type { TypedRun } from "../typed/program.ts";
import { defineSetting } from "./setting.ts";
import { refuseWholeMethod } from "./whole-method.ts";

declare module "../typed/program.ts" {
  interface TypedRun {
    /** Batches whose gradients make one update, from 2; absent where each batch makes one. */
    readonly accumulate?: number;
  }
}

export const accumulate = defineSetting({
  name: "accumulate",
  summary: "How many batches are gathered for one update of the weights.",
  takes: "an integer from 1 (8.12)",
  otherwise: "1",
  example: "accumulate: 4",
  details:
    "The update is that of one batch of all their rows, in the memory of one. Steps, and so schedules, averages and `steps`, count updates; a batch normalisation has the statistics of each batch, and masks are drawn for each.",
  synonyms: ["accumulation_steps", "gradient_accumulation", "gradient_accumulation_steps"],
  infer: ({ written, argument }): { accumulate?: number } | undefined => {
    if (!written) return {};
    const batches = argument({ kind: "integer", minimum: 1, summary: "" });
    if (batches === undefined) return undefined;
    return batches === 1 ? {} : { accumulate: batches };
  },
  gathers: ({ accumulate: batches = 1 }) => batches,
  mayChange: true,
  show: (run) => (run.accumulate === undefined ? undefined : String(run.accumulate)),
  check: (run, checking) => {
    const { written, report, batches } = checking;
    if (run.accumulate === undefined || !written) return;
    refuseWholeMethod(run, checking, "every step of it has all rows");
    const curved = run.weights.find(isTreated);
    if (curved)
      report(movesAllWeights, written.span, {
        optimizer: curved.optimizer.use.definition.name,
        setting: checking.setting,
        why: "it measures the curvature on the rows of one batch",
      });
    if (run.batch === "all")
      report(nothingToGather, written.span, {
        count: run.accumulate,
        why: "`batch: all` puts all rows in one batch",
      });
    else if (batches !== undefined && batches < run.accumulate)
      report(nothingToGather, written.span, {
        count: run.accumulate,
        why: `an epoch has only ${batches === 1 ? "1 batch" : `${batches} batches`} of ${run.batch} rows`,
      });
  },
  told: (run) =>
    run.accumulate === undefined
      ? []
      : [
          {
            name: "accumulate",
            value: run.accumulate,
            about:
              "Batches that are gathered for one step; the last step of an epoch may have fewer.",
          },
        ],
});

/** Rows that one update of the weights is of, at the most. */
export function rowsOfUpdate({ batch, accumulate: batches = 1 }: TypedRun): number | "all" {
  return batch === "all" ? batch : batch * batches;
}
