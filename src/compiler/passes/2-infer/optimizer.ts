import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import * as messages from "../../base/diagnostics/catalogue/training.ts";
import type { Span } from "../../base/source.ts";
import { defaults } from "../../library/defaults.ts";
import type { ArgumentValue, Scheduled, Use } from "../../library/arguments.ts";
import type { OptimizerDefinition, ScheduleDefinition } from "../../library/definition.ts";
import type * as Ast from "../../syntax/ast.ts";
import { defaultOf } from "./argument-values.ts";
import { checkUse } from "./arguments.ts";
import type { Context, Scope } from "./context.ts";
import { lookup } from "./lookup.ts";
import { references } from "./run-names.ts";
import { withRunNumbers, type RunNumbers } from "./run-numbers.ts";
import { lengthOf } from "./schedule.ts";

/** `adam(lr)`, `if big then sgd(0.1 * batch / 256) else adam`; undefined when it was reported. */
export function inferOptimizer(
  context: Context,
  scope: Scope,
  expression: Ast.Expression,
  numbers: RunNumbers,
): Use<OptimizerDefinition> | undefined {
  if (!knowsItsNumbers(context, scope, expression, numbers)) return undefined;
  const use = checkUse(
    context,
    withRunNumbers(scope, numbers, expression.span),
    "optimizer",
    "optimizer",
    expression,
  ) as Use<OptimizerDefinition> | undefined;
  return use && scheduledParts(context, use, expression.span) ? use : undefined;
}

/** Reports a use of `steps_per_epoch` and its like where only reading the data would tell their value. */
function knowsItsNumbers(
  context: Context,
  scope: Scope,
  expression: Ast.Expression,
  numbers: RunNumbers,
): boolean {
  const unknown = new Map<string, string>();
  if (numbers.batch === "all")
    unknown.set(
      "batch",
      "the batch is all of the training data, and how much that is is known when it is read",
    );
  if (numbers.stepsPerEpoch === undefined)
    unknown.set(
      "steps_per_epoch",
      "how many rows the data has is known when it is read; write the number",
    );
  if (numbers.totalSteps === undefined)
    unknown.set(
      "total_steps",
      "how many rows the data has is known when it is read; write the number, or limit the run with `steps`",
    );
  const found = references(expression).find(
    ({ path }) => path.length === 1 && unknown.has(path[0]!.text) && !lookup(scope, path[0]!.text),
  );
  if (!found) return true;
  const name = found.path[0]!.text;
  context.report(diagnostic(messages.notKnownYet, found.span, { name, why: unknown.get(name)! }));
  return false;
}

/** A schedule in place of a number has durations in all its parts but the last. */
function scheduledParts(context: Context, use: Use, at: Span): boolean {
  const open = Object.values(use.arguments)
    .filter(isScheduled)
    .flatMap(({ schedule }) => schedule.slice(0, -1))
    .find((part) => !lengthOf({ kind: "use", use: part as Use<ScheduleDefinition> }));
  if (!open) return true;
  const { definition } = open;
  const example =
    definition.kind === "schedule" && definition.duration !== undefined
      ? `${definition.name}(5 epochs)`
      : undefined;
  context.report(diagnostic(messages.partWithoutEnd, at, { name: definition.name, example }));
  return false;
}

function isScheduled(value: ArgumentValue): value is Scheduled {
  return typeof value === "object" && "schedule" in value;
}

/** For a run that names no optimiser, with its usual rate. */
export function defaultOptimizer(): Use<OptimizerDefinition> {
  const definition = defaults.optimizer;
  const values = Object.fromEntries(
    Object.entries(definition.arguments).map(([name, specification]) => [
      name,
      defaultOf(specification),
    ]),
  );
  return {
    definition,
    arguments: {
      ...values,
      ...(definition.rate === undefined ? {} : { [definition.rate]: definition.usualRate }),
    },
  };
}
