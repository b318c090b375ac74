import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import { wrongKindOfValue } from "../../base/diagnostics/catalogue/arguments.ts";
import * as messages from "../../base/diagnostics/catalogue/hypers.ts";
import { suggest } from "../../base/suggest.ts";
import type { ArgumentTable } from "../../library/arguments.ts";
import { seedArgument } from "../../settings/seed.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { Program } from "../../typed/program.ts";
import { replace } from "./argument-values.ts";
import { checkTable, readSetting } from "./arguments.ts";
import type { Context, Scope } from "./context.ts";
import { snippet } from "./describe.ts";
import { lookup, namesIn } from "./lookup.ts";
import { checkMonitor, type Watched } from "./monitors.ts";
import { readNamed, runNamed } from "./named-settings.ts";
import { inferStop } from "./stop.ts";

const methods = {
  grid: {
    epochs: {
      kind: "integer",
      named: true,
      minimum: 1,
      optional: true,
      summary: "How long each trial trains.",
    },
  },
  random: {
    trials: { kind: "integer", minimum: 1, named: true, summary: "How many trials." },
    epochs: {
      kind: "integer",
      named: true,
      minimum: 1,
      optional: true,
      summary: "How long each trial trains.",
    },
  },
} as const satisfies Record<string, ArgumentTable>;

const goal = {
  monitor: { kind: "monitor", summary: "What the trials are compared by." },
} as const satisfies ArgumentTable;

/** The settings of a search. */
export const searchSettings = ["goal", "method", "stop", "seed"] as const;

/** `search Run { … }`: checked in full; this version does not run it. `declared` are the names of all runs of the file. */
export function inferSearch(
  context: Context,
  scope: Scope,
  item: Ast.SearchItem,
  declared: ReadonlySet<string>,
): Program["searches"][number] | undefined {
  const settings = readNamed(
    context,
    `the search of \`${item.run.text}\``,
    searchSettings,
    item.settings,
  );
  const run = runNamed(context, declared, item.run);
  const hypers = searchable(scope);
  if (hypers.size === 0)
    context.report(diagnostic(messages.nothingToSearch, item.run.span, { run: item.run.text }));
  const [seed, method] = [settings.get("seed"), settings.get("method")];
  if (seed) readSetting(context, scope, "seed", seedArgument, seed.value);
  if (method) for (const part of partsOf(method.value)) checkMethod(context, scope, hypers, part);
  if (!run) return undefined;
  const [goalSetting, stop] = [settings.get("goal"), settings.get("stop")];
  if (goalSetting) checkGoal(context, scope, run, goalSetting.value);
  if (stop) inferStop({ context, scope, watched: run }, stop.value);
  return { run: run.name, span: item.span };
}

function partsOf(expression: Ast.Expression): readonly Ast.Expression[] {
  return expression.kind === "sequence" ? expression.parts : [expression];
}

/** The hypers in scope that have a domain. */
function searchable(scope: Scope): ReadonlyMap<string, Ast.HyperItem> {
  const found = new Map<string, Ast.HyperItem>();
  for (const name of namesIn(scope)) {
    const binding = lookup(scope, name);
    const item = binding?.kind === "declaration" ? binding.declaration.item : undefined;
    if (item?.kind === "hyper" && item.domain) found.set(name, item);
  }
  return found;
}

function checkGoal(
  context: Context,
  scope: Scope,
  watched: Watched,
  expression: Ast.Expression,
): void {
  const name =
    expression.kind === "reference" && expression.path.length === 1
      ? expression.path[0]!.text
      : undefined;
  if (expression.kind !== "reference" || (name !== "minimize" && name !== "maximize")) {
    context.report(
      diagnostic(messages.notAGoal, expression.span, { found: snippet(expression.span) }),
    );
    return;
  }
  const monitor = checkTable(context, scope, name, goal, expression.arguments, expression.span)?.[
    "monitor"
  ];
  const at = expression.arguments?.[0]?.value.span ?? expression.span;
  if (typeof monitor === "string") checkMonitor(context, watched, monitor, at, "goal");
}

function checkMethod(
  context: Context,
  scope: Scope,
  hypers: ReadonlyMap<string, Ast.HyperItem>,
  expression: Ast.Expression,
): void {
  const name =
    expression.kind === "reference" && expression.path.length === 1
      ? expression.path[0]!
      : undefined;
  const choices = Object.keys(methods);
  if (expression.kind !== "reference" || !name || !Object.hasOwn(methods, name.text)) {
    const suggestion = name && suggest(name.text, choices);
    const fixes = name && suggestion !== undefined ? [replace(name.span, suggestion)] : [];
    context.report(
      diagnostic(
        messages.notAMethod,
        name?.span ?? expression.span,
        { name: "method", found: snippet(name?.span ?? expression.span), choices, suggestion },
        { fixes },
      ),
    );
    return;
  }
  const over =
    name.text === "grid"
      ? expression.arguments?.find((argument) => argument.name?.text === "over")
      : undefined;
  const rest = expression.arguments?.filter((argument) => argument !== over);
  checkTable(
    context,
    scope,
    name.text,
    methods[name.text as keyof typeof methods],
    rest,
    expression.span,
  );
  if (name.text !== "grid") return;
  const names = over
    ? namesOver(context, over.value)
    : [...hypers].map(([text]) => ({ text, span: name.span }));
  for (const each of names) checkGridded(context, hypers, each);
}

/** `over: (depth, activation)` names hypers as they stand, whatever their values are. */
function namesOver(context: Context, expression: Ast.Expression): readonly Ast.Name[] {
  const written =
    expression.kind === "group"
      ? expression.arguments.map((argument) => argument.value)
      : [expression];
  return written.flatMap((each) => {
    if (each.kind === "reference" && each.path.length === 1 && each.arguments === undefined)
      return each.path;
    context.report(
      diagnostic(wrongKindOfValue, each.span, {
        name: "over",
        expected: "names of hypers",
        found: `\`${snippet(each.span)}\``,
      }),
    );
    return [];
  });
}

function checkGridded(
  context: Context,
  hypers: ReadonlyMap<string, Ast.HyperItem>,
  name: Ast.Name,
): void {
  const hyper = hypers.get(name.text);
  if (!hyper) {
    const suggestion = suggest(name.text, hypers.keys());
    const fixes = suggestion === undefined ? [] : [replace(name.span, suggestion)];
    context.report(
      diagnostic(
        messages.unknownHyper,
        name.span,
        { name: name.text, known: [...hypers.keys()], suggestion },
        { fixes },
      ),
    );
    return;
  }
  const { domain } = hyper;
  if (domain?.kind !== "interval" || domain.by) return;
  context.report(
    diagnostic(
      messages.gridTooFine,
      name.span,
      { name: name.text },
      { related: [{ span: domain.span, message: "its domain" }] },
    ),
  );
}
