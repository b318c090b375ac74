import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import * as messages from "../../base/diagnostics/catalogue/training.ts";
import { isTreated, kroneckerLayers } from "../../typed/kronecker.ts";
import type { LossExpression, TypedRun } from "../../typed/program.ts";
import type { Context } from "./context.ts";

/** What K-FAC cannot do in a run: targets to be drawn where the loss is no likelihood; and weights whose curvature it does not know. */
export function checkKronecker(context: Context, run: TypedRun): void {
  const layers = kroneckerLayers(run);
  const treated = run.weights.filter(isTreated);
  const [first] = treated;
  if (!first) return;
  const { use, origin } = first.optimizer;
  const silent =
    use.arguments["fisher"] === "sampled"
      ? lossesOf(run.loss).find(({ use: { definition } }) => definition.score === undefined)
      : undefined;
  if (silent)
    context.report(
      diagnostic(
        messages.noPredictedDistribution,
        origin.span,
        { loss: silent.use.definition.name },
        { related: [{ span: silent.span, message: "this loss" }] },
      ),
    );
  const curved = new Set(layers.flatMap(({ weight, bias }) => [weight, bias]));
  const plain = treated
    .filter((settings) => !curved.has(settings))
    .map(({ weight }) => weight.path);
  const why =
    "it knows the curvature of dense and convolutional layers only that are used once, without groups and masks on their weights";
  if (plain.length > 0)
    context.report(diagnostic(messages.plainGradient, origin.span, { weights: plain, why }));
}

function lossesOf(
  expression: LossExpression,
): readonly Extract<LossExpression, { kind: "loss" }>[] {
  if (expression.kind === "loss") return [expression];
  return expression.kind === "number" ? [] : expression.operands.flatMap(lossesOf);
}
