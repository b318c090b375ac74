import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import { unknownItem, wrongKindOfValue } from "../../base/diagnostics/catalogue/arguments.ts";
import { nothingToDraw } from "../../base/diagnostics/catalogue/training.ts";
import { suggest } from "../../base/suggest.ts";
import type { ArgumentTable } from "../../library/arguments.ts";
import type * as Ast from "../../syntax/ast.ts";
import { mayDraw } from "../../typed/prediction.ts";
import type { MonteCarlo, TypedRun } from "../../typed/program.ts";
import { replace } from "./argument-values.ts";
import { checkTable } from "./arguments.ts";
import type { Context, Scope } from "./context.ts";
import { snippet } from "./describe.ts";

const monteCarlo = {
  samples: {
    kind: "integer",
    minimum: 2,
    maximum: 10_000,
    default: 50,
    summary: "How many times each row is predicted.",
  },
} as const satisfies ArgumentTable;

/** `monte_carlo(samples: 50)`; nothing for `plain`, and for what was reported. */
export function inferPredict(
  context: Context,
  scope: Scope,
  expression: Ast.Expression,
): MonteCarlo | undefined {
  if (
    expression.kind === "group" &&
    expression.arguments.length === 1 &&
    !expression.arguments[0]!.name
  )
    return inferPredict(context, scope, expression.arguments[0]!.value);
  const name =
    expression.kind === "reference" && expression.path.length === 1
      ? expression.path[0]!
      : undefined;
  if (expression.kind !== "reference" || !name) {
    context.report(
      diagnostic(wrongKindOfValue, expression.span, {
        name: "predict",
        expected: "one way to predict",
        found: `\`${snippet(expression.span)}\``,
      }),
    );
    return undefined;
  }
  if (name.text === "plain")
    return void checkTable(context, scope, "plain", {}, expression.arguments, expression.span);
  if (name.text !== "monte_carlo") return refuse(context, name);
  const values = checkTable(
    context,
    scope,
    "monte_carlo",
    monteCarlo,
    expression.arguments,
    expression.span,
  );
  return values && { kind: "monte_carlo", samples: values["samples"] as number };
}

/** `average` is read elsewhere (views). */
const ways = ["plain", "monte_carlo", "average"];

function refuse(context: Context, { text, span }: Ast.Name): undefined {
  const suggestion = suggest(text, ways);
  const fixes = suggestion === undefined ? [] : [replace(span, suggestion)];
  context.report(
    diagnostic(
      unknownItem,
      span,
      { what: "a way to predict", name: text, known: ways, suggestion },
      { fixes },
    ),
  );
}

/** Warns where all samples would be the same. */
export function checkDraws(context: Context, run: TypedRun): void {
  const place = run.origins?.get("predict")?.span;
  if (run.predict && place && !mayDraw(run))
    context.report(diagnostic(nothingToDraw, place, { model: run.model.name }));
}
