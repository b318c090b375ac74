import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import { laterItem } from "../../base/diagnostics/catalogue/later.ts";
import * as messages from "../../base/diagnostics/catalogue/training.ts";
import { suggest } from "../../base/suggest.ts";
import type { Duration } from "../../library/arguments.ts";
import { conditions } from "../../settings/stop.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { Formula, StopCondition } from "../../typed/program.ts";
import { replace } from "./argument-values.ts";
import { checkTable } from "./arguments.ts";
import type { Context, Scope } from "./context.ts";
import { snippet } from "./describe.ts";
import { toFormula } from "./formula.ts";
import { betterOf, checkMonitor, plainMonitors, type Watched } from "./monitors.ts";

interface Reading {
  readonly context: Context;
  readonly scope: Scope;
  readonly watched: Watched;
}

/** `early(validation.loss, patience: 5 epochs) or train.loss < 0.01`; undefined when it was reported. */
export function inferStop(reading: Reading, expression: Ast.Expression): StopCondition | undefined {
  switch (expression.kind) {
    case "group":
      return expression.arguments.length === 1 && !expression.arguments[0]!.name
        ? inferStop(reading, expression.arguments[0]!.value)
        : refuse(reading, expression);
    case "binary":
      if (expression.operator === "or" || expression.operator === "and")
        return joined(reading, expression.operator, expression);
      return comparison(reading, expression);
    case "reference":
      return earlyStop(reading, expression);
    default:
      return refuse(reading, expression);
  }
}

function refuse({ context }: Reading, expression: Ast.Expression): undefined {
  context.report(
    diagnostic(messages.notAStopCondition, expression.span, {
      found: `\`${snippet(expression.span)}\``,
    }),
  );
  return undefined;
}

function joined(
  reading: Reading,
  kind: "or" | "and",
  expression: Ast.Binary,
): StopCondition | undefined {
  const [left, right] = [inferStop(reading, expression.left), inferStop(reading, expression.right)];
  if (!left || !right) return undefined;
  const flat = (condition: StopCondition) =>
    condition.kind === kind ? condition.conditions : [condition];
  return { kind, conditions: [...flat(left), ...flat(right)] };
}

function earlyStop(reading: Reading, expression: Ast.Reference): StopCondition | undefined {
  const { context, scope, watched } = reading;
  const name = expression.path[0]!;
  if (expression.path.length > 1 || (name.text !== "early" && expression.arguments === undefined))
    return refuse(reading, expression);
  if (name.text !== "early") {
    const planned = context.library.planned(name.text);
    if (planned)
      context.report(
        diagnostic(laterItem, name.span, { name: name.text, summary: planned.summary }),
      );
    else if (suggest(name.text, ["early"]))
      context.report(
        diagnostic(
          messages.unknownChoice,
          name.span,
          { name: "stop", found: name.text, choices: ["`early`"] },
          { fixes: [replace(name.span, "early")] },
        ),
      );
    else return refuse(reading, expression);
    return undefined;
  }
  const values = checkTable(
    context,
    scope,
    "early",
    conditions.early,
    expression.arguments,
    expression.span,
  );
  if (!values) return undefined;
  const metric = values["monitor"] as string;
  if (!checkMonitor(context, watched, metric, monitorSpan(expression), "stop")) return undefined;
  return {
    kind: "early",
    metric,
    patience: values["patience"] as Duration,
    least: values["least"] as number,
    better: betterOf(watched, metric),
  };
}

/** Where `validation.loss` stands in `early(validation.loss, …)`. */
function monitorSpan(expression: Ast.Reference): Ast.Expression["span"] {
  const written = expression.arguments ?? [];
  return (
    (
      written.find((argument) => argument.name?.text === "monitor") ??
      written.find((argument) => !argument.name)
    )?.value.span ?? expression.span
  );
}

/** `time > 10 minutes`: durations of the clock are seconds, `50%` is a number, names are watched. */
function comparison(reading: Reading, expression: Ast.Binary): StopCondition | undefined {
  const operator = (["<", "<=", ">", ">="] as const).find((each) => each === expression.operator);
  if (!operator) return refuse(reading, expression);
  const seen = { time: false, clock: false, names: 0, failed: false };
  const read = (side: Ast.Expression) =>
    toFormula(reading.context, reading.scope, side, {
      variables: new Map(),
      name: "stop",
      leaf: (part) => leafOf(reading, part, seen),
    });
  const [left, right] = [read(expression.left), read(expression.right)];
  if (!left || !right) return undefined;
  if (seen.names === 0) return refuse(reading, expression);
  if (seen.time && !seen.clock) {
    const plain = [expression.left, expression.right].find((side) => side.kind === "number");
    if (plain) {
      const found = snippet(plain.span);
      reading.context.report(
        diagnostic(
          messages.timeNeedsUnit,
          plain.span,
          { found },
          { fixes: [replace(plain.span, `${found} minutes`)] },
        ),
      );
      return undefined;
    }
  }
  return { kind: "compare", operator, left, right };
}

const secondsIn = { second: 1, minute: 60, hour: 3600 } as const;

function leafOf(
  reading: Reading,
  part: Ast.Expression,
  seen: { time: boolean; clock: boolean; names: number },
): Formula | "reported" | undefined {
  if (part.kind === "number" && part.unit !== undefined) {
    if (part.unit in secondsIn) {
      seen.clock = true;
      return { kind: "number", value: part.value * secondsIn[part.unit as keyof typeof secondsIn] };
    }
    if (part.unit === "epoch" || part.unit === "step") return { kind: "number", value: part.value };
    return undefined;
  }
  if (part.kind !== "reference" || part.arguments !== undefined) return undefined;
  const name = part.path.map((each) => each.text).join(".");
  if (part.path.length === 1 && reading.scope.names.has(name)) return undefined;
  const watches =
    part.path.length > 1 ||
    (plainMonitors as readonly string[]).includes(name) ||
    !isBound(reading.scope, name);
  if (!watches) return undefined;
  seen.names++;
  if (name === "time") seen.time = true;
  return checkMonitor(reading.context, reading.watched, name, part.span, "stop", plainMonitors)
    ? { kind: "variable", name }
    : "reported";
}

function isBound(scope: Scope | undefined, name: string): boolean {
  return scope !== undefined && (scope.names.has(name) || isBound(scope.parent, name));
}
