import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import * as messages from "../../base/diagnostics/catalogue/hypers.ts";
import { missingArgument } from "../../base/diagnostics/catalogue/arguments.ts";
import type { ArgumentTable } from "../../library/arguments.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { EnsembleMembers, TypedEnsemble, TypedRun } from "../../typed/program.ts";
import { showValue } from "../../typed/show.ts";
import { printType } from "./agreement.ts";
import { checkTable, readSetting } from "./arguments.ts";
import type { Context, Scope } from "./context.ts";
import { snippet } from "./describe.ts";
import { readNamed, runNamed } from "./named-settings.ts";

const groups = {
  runs: {
    count: {
      kind: "integer",
      named: true,
      minimum: 2,
      summary: "How many times the run is trained, each with a seed of its own.",
    },
  },
  snapshots: {
    last: {
      kind: "integer",
      named: true,
      minimum: 2,
      summary: "How many of the last saved weights.",
    },
  },
} as const satisfies Record<string, ArgumentTable>;

/** The settings of an ensemble. */
export const ensembleSettings = ["members", "combine"] as const;

/** `ensemble Name { … }`. `declared` are the names of all runs of the file. */
export function inferEnsemble(
  context: Context,
  scope: Scope,
  item: Ast.EnsembleItem,
  declared: ReadonlySet<string>,
): TypedEnsemble | undefined {
  const where = `the ensemble \`${item.name.text}\``;
  const settings = readNamed(context, where, ensembleSettings, item.settings);
  const [members, combine] = [settings.get("members"), settings.get("combine")];
  const combined =
    combine &&
    readSetting(
      context,
      scope,
      "combine",
      { kind: "symbol", choices: ["average", "vote"], summary: "" },
      combine.value,
    );
  if (!members) {
    const summary = "what its predictions are made of";
    context.report(
      diagnostic(missingArgument, item.name.span, {
        owner: item.name.text,
        name: "members",
        summary,
        example: "members: runs(Run, count: 5)",
      }),
    );
    return undefined;
  }
  const written =
    members.value.kind === "group"
      ? members.value.arguments.map((argument) => argument.value)
      : [members.value];
  const read = written.map((member) => readMember(context, scope, declared, member));
  const complete = read.filter((member) => member !== undefined);
  if (
    complete.length < read.length ||
    (combine && combined === undefined) ||
    !agree(context, item, complete)
  )
    return undefined;
  const { documentation } = item;
  return {
    name: item.name.text,
    span: item.span,
    ...(documentation === undefined ? {} : { documentation }),
    members: complete,
    combine: combined === "vote" ? "vote" : "average",
  };
}

/** The members answer one question about the same rows: the same data, divided in the same way, and results of the same names and types. */
function agree(
  context: Context,
  item: Ast.EnsembleItem,
  members: readonly EnsembleMembers[],
): boolean {
  const runs = members.flatMap(({ run }) => context.runs.get(run) ?? []);
  const [first] = runs;
  for (const other of runs) {
    const why = first && disagreement(first, other);
    if (why === undefined) continue;
    context.report(
      diagnostic(messages.membersDisagree, item.name.span, {
        first: first!.name,
        other: other.name,
        why,
      }),
    );
    return false;
  }
  const silent = members.find(
    (member) =>
      member.kind === "snapshots" &&
      context.runs.get(member.run)?.saveEvery === undefined &&
      context.runs.has(member.run),
  );
  if (!silent) return runs.length === members.length;
  const restart = context.runs
    .get(silent.run)
    ?.schedule.parts.flatMap((part) =>
      part.kind === "use" ? (part.use.arguments["restart"] ?? []) : [],
    )[0];
  const write = `save: every(${restart === undefined ? "5 epochs" : showValue(restart)})`;
  context.report(diagnostic(messages.savesNoSnapshots, item.name.span, { run: silent.run, write }));
  return false;
}

function disagreement(first: TypedRun, other: TypedRun): string | undefined {
  if (first.data !== other.data)
    return `one is trained on \`${first.data.name}\`, the other on \`${other.data.name}\``;
  if (first.seed !== other.seed)
    return `their seeds (${first.seed} and ${other.seed}) divide the rows in two ways, so each would be measured on rows that the other has learned`;
  const results = ({ model }: TypedRun) =>
    model.outputs.map(({ name, value }) => `${name}: ${printType(value.type)}`).join(", ");
  return results(first) === results(other)
    ? undefined
    : `their results are \`${results(first)}\` and \`${results(other)}\``;
}

/** A run, `runs(Run, count: 5)` or `snapshots(Run, last: 4)`. */
function readMember(
  context: Context,
  scope: Scope,
  declared: ReadonlySet<string>,
  expression: Ast.Expression,
): EnsembleMembers | undefined {
  const name =
    expression.kind === "reference" && expression.path.length === 1
      ? expression.path[0]!
      : undefined;
  if (expression.kind === "reference" && name && expression.arguments === undefined) {
    runNamed(context, declared, name);
    return declared.has(name.text) ? { kind: "run", run: name.text } : undefined;
  }
  const [first, ...rest] = expression.kind === "reference" ? (expression.arguments ?? []) : [];
  const run =
    first && !first.name && first.value.kind === "reference" && first.value.path.length === 1
      ? first.value.path[0]
      : undefined;
  if (!name || !run || !Object.hasOwn(groups, name.text)) {
    const choices = ["runs(Run, count: 5)", "snapshots(Run, last: 4)", "(RunA, RunB)"];
    context.report(
      diagnostic(messages.notAMethod, expression.span, {
        name: "members",
        found: snippet(expression.span),
        choices,
      }),
    );
    return undefined;
  }
  runNamed(context, declared, run);
  const values = checkTable(
    context,
    scope,
    name.text,
    groups[name.text as keyof typeof groups],
    rest,
    expression.span,
  );
  if (!values || !declared.has(run.text)) return undefined;
  return name.text === "runs"
    ? { kind: "runs", run: run.text, count: values["count"] as number }
    : { kind: "snapshots", run: run.text, last: values["last"] as number };
}
