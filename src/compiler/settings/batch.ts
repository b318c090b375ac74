import { needsFullBatch } from "../base/diagnostics/catalogue/training.ts";
import { defineSetting } from "./setting.ts";

declare module "../typed/program.ts" {
  interface TypedRun {
    /** Rows of a batch; "all" is the full batch. */
    readonly batch: number | "all";
  }
}

const usual = 32;

export const batch = defineSetting({
  name: "batch",
  summary: "How many rows one gradient is of.",
  takes: "an integer from 1, or `all`",
  otherwise: `${usual}`,
  example: "batch: 128",
  details:
    "The last batch of an epoch may be shorter, and is trained exactly. With `all` every step has all rows of the training part.",
  synonyms: ["batch_size"],
  infer: ({ written, word, argument, refuse }): { batch: number | "all" } | undefined => {
    if (!written) return { batch: usual };
    const said = word();
    if (said !== undefined)
      return said === "all" ? { batch: said } : refuse(["an integer", "`all`"]);
    const rows = argument({ kind: "integer", minimum: 1, summary: "" });
    return rows === undefined ? undefined : { batch: rows };
  },
  mayChange: true,
  show: (run) => String(run.batch),
  check: (run, { written, report }) => {
    const { use, origin } = run.optimizer;
    if (use.definition.whole === undefined || run.batch === "all") return;
    const fixes = written
      ? [{ title: "Write `all`", edits: [{ span: written.value, text: "all" }] }]
      : [];
    report(
      needsFullBatch,
      written?.value ?? origin.span,
      { optimizer: use.definition.name, batch: run.batch },
      { fixes },
    );
  },
});
