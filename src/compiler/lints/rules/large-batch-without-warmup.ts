import { endOf } from "../edits.ts";
import type { Fix } from "../../base/diagnostics/diagnostic.ts";
import type { TypedRun } from "../../typed/program.ts";
import { rowsOfUpdate } from "../../settings/accumulate.ts";
import { originOf } from "../../settings/index.ts";
import { optimizer } from "../../settings/optimizer.ts";
import { schedule } from "../../settings/schedule.ts";
import { defineLint } from "../lint.ts";

const largeBatch = 512;

/** A large batch with a rate to match, from the first step on. */
export const largeBatchWithoutWarmup = defineLint({
  code: "NN2015",
  name: "large-batch-without-warmup",
  severity: "warning",
  title: "A large rate and a large batch without warm-up",
  reason:
    "the rate that suits a large batch is too large for weights that were only just drawn, and the first steps throw them far off; let it rise over the first epochs",
  source:
    "Goyal et al. 2017, Accurate, Large Minibatch SGD: Training ImageNet in 1 Hour, section 2.2",
  *run(run) {
    const { definition, arguments: values } = run.optimizer.use;
    const rate = values["rate"];
    const { usualRate: usual = Infinity } = definition;
    const rows = rowsOfUpdate(run);
    const gathered = `with ${run.accumulate === undefined ? "batches" : "updates"} of ${rows}`;
    if (
      rows === "all" ||
      rows < largeBatch ||
      typeof rate !== "number" ||
      rate <= usual ||
      risesFirst(run)
    )
      return;
    yield {
      span: run.schedule.origin.from.startsWith("default")
        ? run.optimizer.origin.span
        : run.schedule.origin.span,
      message: `the rate ${rate} ${gathered} needs a gentle start; write \`schedule: warmup(5 epochs) then …\``,
      fixes: warmed(run),
    };
  },
});

/** Whether the schedule is the author's own formula, or begins with a rise. */
function risesFirst({ schedule }: TypedRun): boolean {
  const [first] = schedule.parts;
  return (
    first?.kind === "formula" || (first?.kind === "use" && first.use.definition.rises === true)
  );
}

function warmed(run: TypedRun): readonly Fix[] {
  const title = "Begin with `warmup(5 epochs)`";
  if (run.epochs <= 5) return [];
  const written = originOf(run, schedule)?.span;
  if (written)
    return [
      {
        title,
        edits: [{ span: { ...written, end: written.start }, text: "warmup(5 epochs) then " }],
      },
    ];
  const chosen = originOf(run, optimizer)?.span;
  return chosen
    ? [
        {
          title,
          edits: [{ span: endOf(chosen), text: "\n  schedule: warmup(5 epochs) then constant" }],
        },
      ]
    : [];
}
