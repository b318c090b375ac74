import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import { unknownItem, wrongKindOfValue } from "../../base/diagnostics/catalogue/arguments.ts";
import { suggest } from "../../base/suggest.ts";
import type { ArgumentTable } from "../../library/arguments.ts";
import type { ValueOf } from "../../library/define.ts";
import type {
  Call,
  Languages,
  Reading,
  Refusal,
  Report,
  Setting,
  Written,
} from "../../settings/setting.ts";
import type * as Ast from "../../syntax/ast.ts";
import { replace } from "./argument-values.ts";
import { checkTable, readSetting } from "./arguments.ts";
import type { Context, Scope } from "./context.ts";
import { snippet } from "./describe.ts";
import { lookup } from "./lookup.ts";
import { betterOf, checkMonitor, type Watched } from "./monitors.ts";
import { refuseChoice } from "./reading.ts";
import type { PlacedSetting } from "./recipes.ts";

/** What settings are read in: the run around them. */
export interface Around {
  readonly context: Context;
  readonly data: Reading["data"];
  readonly placed: (setting: Setting) => PlacedSetting | undefined;
  readonly of: Reading["of"];
  /** Undefined where the metrics of the run have errors. */
  readonly watched: () => Watched | undefined;
  readonly languages: Readers;
}

/** The reader of each language, of what was placed; what a language says of a run where nothing is written is its reader's too. */
export type Readers = {
  readonly [Language in keyof Languages]: (
    placed: PlacedSetting | undefined,
  ) => Languages[Language] | undefined;
};

type Choices = Readonly<Record<string, ArgumentTable>>;

/** The pass as one setting sees it. */
export function readingOf(around: Around, setting: Setting): Reading {
  const { context } = around;
  const placed = around.placed(setting);
  const value = placed && ungrouped(placed.setting.value);
  const calls = (choices: Choices, parts: readonly Ast.Expression[], refuse?: Refusal) => {
    const read = parts.map(
      (part) => placed && readCall(context, placed.scope, setting, choices, part, refuse),
    );
    return read.includes(undefined) ? undefined : read.filter((call) => call !== undefined);
  };
  return {
    written: writtenOf(placed),
    data: around.data,
    argument: (specification) =>
      placed &&
      (readSetting(
        context,
        placed.scope,
        setting.name,
        specification,
        placed.setting.value,
      ) as ValueOf<typeof specification>),
    word: () => {
      const name = value && nameIn(value);
      const bare = name !== undefined && value?.kind === "reference" && !value.arguments;
      return bare && !lookup(placed!.scope, name) ? name : undefined;
    },
    called: () => value && nameIn(value),
    call: (choices, refuse) => value && (calls(choices, [value], refuse)?.[0] as never),
    calls: (choices) => value && (calls(choices, partsOf(value)) as never),
    monitor: (name, at) => {
      const watched = around.watched();
      if (!watched || !checkMonitor(context, watched, name, at, setting.name)) return undefined;
      return betterOf(watched, name);
    },
    read: (language) => around.languages[language](placed),
    of: around.of,
    refuse: (choices) => value && refuseChoice(context, setting.name, value, choices),
    report: reportTo(context),
  };
}

export function writtenOf(placed: PlacedSetting | undefined): Written | undefined {
  if (!placed) return undefined;
  const { setting, from } = placed;
  return { span: setting.span, value: setting.value.span, from };
}

export function reportTo(context: Context): Report {
  return (of, at, parameters, details) =>
    void context.report(diagnostic(of, at, parameters, details));
}

/** An expression without the brackets around it. */
export function ungrouped(expression: Ast.Expression): Ast.Expression {
  const only = expression.kind === "group" ? expression.arguments : [];
  return only.length === 1 && !only[0]!.name ? ungrouped(only[0]!.value) : expression;
}

function partsOf(expression: Ast.Expression): readonly Ast.Expression[] {
  return expression.kind === "sequence" ? expression.parts.map(ungrouped) : [expression];
}

function nameIn(expression: Ast.Expression): string | undefined {
  return expression.kind === "reference" && expression.path.length === 1
    ? expression.path[0]!.text
    : undefined;
}

/** One call out of a small table of calls, or what is wrong with it. */
function readCall(
  context: Context,
  scope: Scope,
  setting: Setting,
  choices: Choices,
  expression: Ast.Expression,
  refuse?: Refusal,
): Call<Choices> | undefined {
  const name = nameIn(expression);
  if (expression.kind !== "reference" || name === undefined || !Object.hasOwn(choices, name))
    return refuseCall(context, setting, choices, expression, refuse);
  const table = choices[name]!;
  const values = checkTable(context, scope, name, table, expression.arguments, expression.span);
  if (!values) return undefined;
  return {
    name,
    values: values as never,
    spanOf: (argument) => spanOf(expression, table, argument),
  };
}

/** Where an argument stands: by its name, else by its position. */
function spanOf(
  { arguments: written = [], span }: Ast.Reference,
  table: ArgumentTable,
  argument: string,
): Ast.Expression["span"] {
  const place = Object.keys(table).indexOf(argument);
  const found =
    written.find(({ name }) => name?.text === argument) ??
    written.filter(({ name }) => !name)[place];
  return found?.value.span ?? span;
}

function refuseCall(
  context: Context,
  { name: setting }: Setting,
  choices: Choices,
  expression: Ast.Expression,
  refuse: Refusal = { examples: Object.keys(choices).map((each) => `\`${each}\``) },
): undefined {
  if ("examples" in refuse) return refuseChoice(context, setting, expression, refuse.examples);
  const name = expression.kind === "reference" ? expression.path[0] : undefined;
  if (!name || nameIn(expression) === undefined) {
    const found = `\`${snippet(expression.span)}\``;
    const expected = refuse.one;
    context.report(
      diagnostic(wrongKindOfValue, expression.span, { name: setting, expected, found }),
    );
    return undefined;
  }
  const { text, span } = name;
  const known = [...Object.keys(choices), ...refuse.more];
  const suggestion = suggest(text, known);
  const fixes = suggestion === undefined ? [] : [replace(span, suggestion)];
  context.report(
    diagnostic(unknownItem, span, { what: refuse.kind, name: text, known, suggestion }, { fixes }),
  );
  return undefined;
}
