import type { LossExpression } from "../../typed/program.ts";
import { defineLint } from "../lint.ts";

type Term = Extract<LossExpression, { kind: "loss" }>;

/** Softened labels beside a hinge loss of the same scores. (Hinge by itself takes no soft labels: NN0713.) */
export const softTargetsWithHinge = defineLint({
  code: "NN2016",
  name: "soft-targets-with-hinge",
  severity: "warning",
  title: "Softened labels with a hinge loss",
  reason:
    "label smoothing and mixup ask for probabilities between 0 and 1, which only a loss on distributions can reach; a hinge loss on the same scores asks for a margin and pulls the other way",
  source: "Mueller, Kornblith, Hinton 2019, When Does Label Smoothing Help?; Weston, Watkins 1999",
  *run(run) {
    const terms = termsOf(run.loss);
    const margins = terms.filter(({ use }) => use.definition.margin === true);
    for (const { use, operands, span } of terms) {
      const smoothing = use.arguments["smoothing"];
      const beside = margins.find((margin) => margin.operands[0] === operands[0]);
      if (typeof smoothing !== "number" || smoothing === 0 || !beside) continue;
      yield {
        span,
        message: `\`smoothing: ${smoothing}\` and \`${beside.use.definition.name}\` of the same scores work against each other; leave one of them out`,
        related: [{ span: beside.span, message: "the margin" }],
      };
    }
  },
});

function termsOf(loss: LossExpression): readonly Term[] {
  if (loss.kind === "loss") return [loss];
  return loss.kind === "number" ? [] : loss.operands.flatMap(termsOf);
}
