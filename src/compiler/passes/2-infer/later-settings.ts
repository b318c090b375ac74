import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import { durationNotHere } from "../../base/diagnostics/catalogue/training.ts";
import type { ArgumentTable, ArgumentValues, Duration } from "../../library/arguments.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { Average } from "../../typed/program.ts";
import { checkTable } from "./arguments.ts";
import type { Context, Scope } from "./context.ts";
import { refuseChoice } from "./stop.ts";

/** Settings that are checked and not run yet. */

const average = {
  ema: {
    decay: {
      kind: "number",
      minimum: 0,
      maximum: 1,
      exclusive: "both",
      default: 0.999,
      summary: "How much of the average stays at each step.",
    },
  },
  swa: {
    start: {
      kind: "number",
      minimum: 0,
      maximum: 1,
      exclusive: "maximum",
      default: 0.75,
      summary: "The share of the run after which the average begins.",
    },
    every: {
      kind: "duration",
      named: true,
      default: { amount: 1, unit: "epoch" },
      summary: "How often the weights join the average.",
    },
  },
} as const satisfies Record<string, ArgumentTable>;

const after = {
  prune: {
    share: {
      kind: "number",
      minimum: 0,
      maximum: 1,
      exclusive: "both",
      summary: "The share of the weights that become zero.",
    },
    by: {
      kind: "symbol",
      named: true,
      choices: ["magnitude", "sensitivity"],
      default: "magnitude",
      summary: "What decides which weights go.",
    },
  },
  tune: { duration: { kind: "duration", summary: "How long the rest is trained again." } },
  quantize: {
    to: { kind: "symbol", choices: ["int8"], default: "int8", summary: "What the weights become." },
  },
} as const satisfies Record<string, ArgumentTable>;

/** One call out of a small table of calls, or what is wrong with it. */
function readChoice(
  context: Context,
  scope: Scope,
  setting: string,
  choices: Readonly<Record<string, ArgumentTable>>,
  expression: Ast.Expression,
): { readonly name: string; readonly values: ArgumentValues } | undefined {
  if (
    expression.kind === "group" &&
    expression.arguments.length === 1 &&
    !expression.arguments[0]!.name
  )
    return readChoice(context, scope, setting, choices, expression.arguments[0]!.value);
  const name =
    expression.kind === "reference" && expression.path.length === 1
      ? expression.path[0]!.text
      : undefined;
  if (expression.kind === "reference" && name !== undefined && Object.hasOwn(choices, name)) {
    const values = checkTable(
      context,
      scope,
      name,
      choices[name]!,
      expression.arguments,
      expression.span,
    );
    return values && { name, values };
  }
  return refuseChoice(
    context,
    setting,
    expression,
    Object.keys(choices).map((each) => `\`${each}\``),
  );
}

function checkChoice(
  context: Context,
  scope: Scope,
  setting: string,
  choices: Readonly<Record<string, ArgumentTable>>,
  expression: Ast.Expression,
): boolean {
  return readChoice(context, scope, setting, choices, expression) !== undefined;
}

/** `ema(0.999)` or `swa(start: 75%)`. */
export function inferAverage(
  context: Context,
  scope: Scope,
  expression: Ast.Expression,
): Average | undefined {
  const chosen = readChoice(context, scope, "average", average, expression);
  if (!chosen) return undefined;
  const { name, values } = chosen;
  if (name === "ema") return { kind: "ema", decay: values["decay"] as number };
  const every = values["every"] as Duration;
  if (every.unit === "epoch" || every.unit === "step")
    return { kind: "swa", start: values["start"] as number, every };
  context.report(
    diagnostic(durationNotHere, expression.span, {
      name: "swa",
      found: `${every.amount} ${every.unit}${every.amount === 1 ? "" : "s"}`,
    }),
  );
  return undefined;
}

/** `prune(60%, by: magnitude) then tune(5 epochs) then quantize(int8)`. */
export function checkAfter(context: Context, scope: Scope, expression: Ast.Expression): boolean {
  const parts = expression.kind === "sequence" ? expression.parts : [expression];
  return parts.map((part) => checkChoice(context, scope, "after", after, part)).every(Boolean);
}
