import type { StopCondition } from "../../typed/program.ts";
import { textOf } from "../../base/source.ts";
import { originOf } from "../../settings/index.ts";
import { keep } from "../../settings/keep.ts";
import { stop } from "../../settings/stop.ts";
import { defineLint } from "../lint.ts";

/** Early stopping, or the choice of the best weights, by the loss of the training rows. */
export const earlyStoppingOnTrainingData = defineLint({
  code: "NN2022",
  name: "early-stopping-on-training-data",
  severity: "warning",
  title: "Early stopping on training data",
  reason:
    "the training loss goes on falling while the network learns its rows by heart; early stopping is regularisation only where it watches rows that training never saw",
  source: "Prechelt 1998, Early Stopping, But When?",
  *run(run) {
    const hasValidation =
      run.data.split.validation > 0 || run.data.sources.some(({ part }) => part === "validation");
    const watched = [
      [stop, run.stop && watchesTraining(run.stop)],
      [keep, run.keep.kind === "best" && run.keep.metric.startsWith("train.")],
    ] as const;
    for (const [setting, wrong] of watched) {
      const span = originOf(run, setting)?.span;
      if (wrong !== true || !span) continue;
      const place = textOf(span).indexOf("train.loss");
      const at = {
        source: span.source,
        start: span.start + place,
        end: span.start + place + "train.loss".length,
      };
      const write = hasValidation
        ? "write `validation.loss`"
        : `write \`validation.loss\`, and \`split: (train: 80%, validation: 20%)\` in \`${run.data.name}\``;
      yield {
        span: place < 0 ? span : at,
        message: `\`${setting.name}\` watches the loss of the training rows; ${write}`,
        fixes:
          hasValidation && place >= 0
            ? [{ title: "Write `validation.loss`", edits: [{ span: at, text: "validation.loss" }] }]
            : [],
      };
    }
  },
});

function watchesTraining(condition: StopCondition): boolean {
  if (condition.kind === "early") return condition.metric.startsWith("train.");
  return condition.kind !== "compare" && condition.conditions.some(watchesTraining);
}
