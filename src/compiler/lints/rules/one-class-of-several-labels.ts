import { metrics } from "../../settings/metrics.ts";
import { originOf } from "../../settings/index.ts";
import type { LossExpression } from "../../typed/program.ts";
import { defineLint } from "../lint.ts";

type Term = Extract<LossExpression, { kind: "loss" }>;

/** A metric of the highest score of a row, beside a loss that asks of each score by itself whether its label is there. */
export const oneClassOfSeveralLabels = defineLint({
  code: "NN2025",
  name: "one-class-of-several-labels",
  severity: "warning",
  title: "A metric of one class where a row has several labels",
  reason:
    "where any number of labels may be there, the one with the highest score is no answer, and a row without labels has none: each label is to be decided by itself",
  source: "Tsoumakas, Katakis 2007, Multi-label classification: an overview",
  *run(run) {
    const several = termsOf(run.loss).filter(
      ({ use, operands }) =>
        use.definition.likelihood === "sigmoid" && (operands[0]?.type.axes.length ?? 0) > 1,
    );
    for (const { use, operands, span } of run.metrics) {
      const { definition } = use;
      const beside = several.find((term) => term.operands[0] === operands[0]);
      const takesOneClass = definition.operands[1]?.accepts === "classes";
      if (!takesOneClass || !beside) continue;
      const instead = definition.ofLabels?.name;
      yield {
        span: span ?? originOf(run, metrics)?.span ?? beside.span,
        message: `\`${definition.name}\` takes the highest of the scores for the answer, and \`${beside.use.definition.name}\` asks of each by itself${instead === undefined ? "" : `; write \`${instead}\``}`,
        related: [{ span: beside.span, message: "each score is a label of its own" }],
        fixes:
          instead === undefined || span === undefined
            ? []
            : [{ title: `Write \`${instead}\``, edits: [{ span, text: instead }] }],
      };
    }
  },
});

function termsOf(loss: LossExpression): readonly Term[] {
  if (loss.kind === "loss") return [loss];
  return loss.kind === "number" ? [] : loss.operands.flatMap(termsOf);
}
