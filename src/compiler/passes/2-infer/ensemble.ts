import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import * as messages from "../../base/diagnostics/catalogue/hypers.ts";
import { missingArgument } from "../../base/diagnostics/catalogue/arguments.ts";
import type { ArgumentTable } from "../../library/arguments.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { Program } from "../../typed/program.ts";
import { checkTable, readSetting } from "./arguments.ts";
import type { Context, Scope } from "./context.ts";
import { snippet } from "./describe.ts";
import { readNamed, runNamed } from "./named-settings.ts";

const groups = {
  runs: { count: { kind: "integer", named: true, minimum: 2, summary: "How many times the run is trained, each with a seed of its own." } },
  snapshots: { last: { kind: "integer", named: true, minimum: 2, summary: "How many of the last saved weights." } },
} as const satisfies Record<string, ArgumentTable>;

/** `ensemble Name { … }`: checked in full; this version does not run it. `declared` are the names of all runs of the file. */
export function inferEnsemble(context: Context, scope: Scope, item: Ast.EnsembleItem, declared: ReadonlySet<string>): Program["ensembles"][number] | undefined {
  const where = `the ensemble \`${item.name.text}\``;
  const settings = readNamed(context, where, ["members", "combine"], item.settings);
  const [members, combine] = [settings.get("members"), settings.get("combine")];
  if (combine) readSetting(context, scope, "combine", { kind: "symbol", choices: ["average", "vote"], summary: "" }, combine.value);
  if (!members) {
    const summary = "what its predictions are made of";
    context.report(diagnostic(missingArgument, item.name.span, { owner: item.name.text, name: "members", summary, example: "members: runs(Run, count: 5)" }));
    return undefined;
  }
  const written = members.value.kind === "group" ? members.value.arguments.map((argument) => argument.value) : [members.value];
  for (const member of written) checkMember(context, scope, declared, member);
  return { name: item.name.text, span: item.span };
}

/** A run, `runs(Run, count: 5)` or `snapshots(Run, last: 4)`. */
function checkMember(context: Context, scope: Scope, declared: ReadonlySet<string>, expression: Ast.Expression): void {
  const name = expression.kind === "reference" && expression.path.length === 1 ? expression.path[0]! : undefined;
  if (expression.kind === "reference" && name && expression.arguments === undefined) {
    runNamed(context, declared, name);
    return;
  }
  const [first, ...rest] = expression.kind === "reference" ? (expression.arguments ?? []) : [];
  const run = first && !first.name && first.value.kind === "reference" && first.value.path.length === 1 ? first.value.path[0] : undefined;
  if (!name || !run || !Object.hasOwn(groups, name.text)) {
    const choices = ["runs(Run, count: 5)", "snapshots(Run, last: 4)", "(RunA, RunB)"];
    context.report(diagnostic(messages.notAMethod, expression.span, { name: "members", found: snippet(expression.span), choices }));
    return;
  }
  runNamed(context, declared, run);
  checkTable(context, scope, name.text, groups[name.text as keyof typeof groups], rest, expression.span);
}
