import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import { nothingToDraw } from "../../base/diagnostics/catalogue/training.ts";
import type { ArgumentTable } from "../../library/arguments.ts";
import type * as Ast from "../../syntax/ast.ts";
import { mayDraw, type MonteCarlo } from "../../typed/prediction.ts";
import type { TypedRun } from "../../typed/program.ts";
import { checkTable } from "./arguments.ts";
import type { Context, Scope } from "./context.ts";
import { checkPredict } from "./later-settings.ts";

const monteCarlo = {
  samples: { kind: "integer", minimum: 2, maximum: 10_000, default: 50, summary: "How many times each row is predicted." },
} as const satisfies ArgumentTable;

/** `monte_carlo(samples: 50)`; nothing for `plain`, and for what was reported. */
export function inferPredict(context: Context, scope: Scope, expression: Ast.Expression): MonteCarlo | undefined {
  const isMonteCarlo = expression.kind === "reference" && expression.path.length === 1 && expression.path[0]!.text === "monte_carlo";
  if (!isMonteCarlo) {
    checkPredict(context, scope, expression);
    return undefined;
  }
  const values = checkTable(context, scope, "monte_carlo", monteCarlo, expression.arguments, expression.span);
  return values && { kind: "monte_carlo", samples: values["samples"] as number };
}

/** Warns where all samples would be the same. */
export function checkDraws(context: Context, run: TypedRun): void {
  const place = run.origins?.get("predict")?.span;
  if (run.predict && place && !mayDraw(run)) context.report(diagnostic(nothingToDraw, place, { model: run.model.name }));
}
