import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import * as argumentMessages from "../../base/diagnostics/catalogue/arguments.ts";
import * as messages from "../../base/diagnostics/catalogue/data.ts";
import { suggest } from "../../base/suggest.ts";
import { known } from "../../ir/dim.ts";
import type { SourceDefinition } from "../../library/definition.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { Formula, TypedData, TypedSource } from "../../typed/program.ts";
import { numberOf, replace } from "./argument-values.ts";
import { checkTable, unknownItem, useOf } from "./arguments.ts";
import type { CompileValue, Context, Scope } from "./context.ts";
import { describeValue, snippet } from "./describe.ts";
import { evaluate } from "./evaluate.ts";
import { toFormula } from "./formula.ts";
import { lookup } from "./lookup.ts";
import { references } from "./run-names.ts";

export type Fields = TypedData["fields"];
type Part = TypedData["sources"][number]["part"];
export const parts = ["train", "validation", "test"] as const satisfies readonly Part[];

/** `csv("a.csv")` for all, or `(train: …, test: …)`. Undefined when something was reported. */
export function inferSources(
  context: Context,
  scope: Scope,
  data: string,
  fields: Fields,
  setting: Ast.Setting,
): TypedData["sources"] | undefined {
  const { value } = setting;
  const record =
    value.kind === "group" && value.arguments.some((argument) => argument.name)
      ? value.arguments
      : undefined;
  if (!record) {
    const source = inferSource(context, scope, data, fields, value);
    return source && [{ part: "all", source }];
  }
  const sources = record.map((argument): TypedData["sources"][number] | undefined => {
    const part = parts.find((each) => each === argument.name?.text);
    if (part) {
      const source = inferSource(context, scope, data, fields, argument.value);
      return source && { part, source };
    }
    context.report(
      argument.name
        ? diagnostic(messages.unknownPart, argument.name.span, {
            name: argument.name.text,
            known: parts,
            suggestion: suggest(argument.name.text, parts),
          })
        : diagnostic(messages.sourceProblem, argument.span, {
            expected: "a name before each source (`train: …, test: …`)",
            found: `\`${snippet(argument.span)}\``,
          }),
    );
    return undefined;
  });
  const seen = new Set<string>();
  for (const argument of record) {
    const name = argument.name?.text ?? "";
    if (seen.has(name))
      context.report(diagnostic(messages.dataWrittenTwice, argument.span, { name }));
    seen.add(name);
  }
  return sources.includes(undefined) || seen.size < record.length
    ? undefined
    : sources.filter((source) => source !== undefined);
}

function inferSource(
  context: Context,
  scope: Scope,
  data: string,
  fields: Fields,
  expression: Ast.Expression,
): TypedSource | undefined {
  const value = evaluate(context, scope, expression);
  if (!value) return undefined;
  if (value.kind !== "word" || value.path.length !== 1) {
    const found = describeValue(value, expression.span);
    const expected =
      value.kind === "text"
        ? `a source such as \`csv(${snippet(expression.span)})\``
        : 'a source such as `csv("digits.csv")`';
    context.report(diagnostic(messages.sourceProblem, expression.span, { expected, found }));
    return undefined;
  }
  const name = value.path[0]!;
  const definition = context.library.find("source", name.text);
  if (definition?.kind === "source") return readSource(context, definition, value, data, fields);
  context.report(unknownItem(context, "source", name));
  return undefined;
}

type Word = Extract<CompileValue, { kind: "word" }>;

/** A source's arguments: those of its table, those named after fields, and a formula with the ranges of its inputs. */
function readSource(
  context: Context,
  definition: SourceDefinition,
  value: Word,
  data: string,
  fields: Fields,
): TypedSource | undefined {
  const table = definition.arguments;
  const written = value.arguments ?? [];
  const formulaName = Object.keys(table).find((name) => table[name]!.kind === "expression");
  const isExtra = (argument: Ast.Argument) =>
    argument.name !== undefined &&
    !Object.hasOwn(table, argument.name.text) &&
    (formulaName !== undefined ||
      (definition.fieldArguments === true && !isSlip(argument.name.text, table, fields)));
  const extras = written.filter(isExtra);
  const values = checkTable(
    context,
    value.scope,
    definition.name,
    table,
    written.filter((argument) => !isExtra(argument)),
    value.span,
  );
  const use = values && { definition, arguments: values };
  if (formulaName !== undefined) {
    const formula = readFormula(
      context,
      value.scope,
      definition,
      formulaName,
      written,
      extras,
      fields,
    );
    return use && formula && { use, fieldArguments: {}, formula, span: value.span };
  }
  const fieldArguments = readFieldArguments(context, value.scope, data, fields, extras);
  const wanted =
    values &&
    definition.fields?.(
      fields.map((field) => field.type),
      values,
    );
  if (wanted !== undefined)
    context.report(
      diagnostic(messages.sourceProblem, value.span, {
        expected: wanted,
        found: fields.map((field) => `\`${field.name}\``).join(" and "),
      }),
    );
  if (
    !use ||
    !fieldArguments ||
    wanted !== undefined ||
    !labelsFit(context, definition, values, fields, value)
  )
    return undefined;
  return withTarget(context, { use, fieldArguments, span: value.span }, fields, value, written);
}

/** Whether an unknown name is nearer to an argument of the source than to a field. */
function isSlip(name: string, table: SourceDefinition["arguments"], fields: Fields): boolean {
  const names = fields.map((field) => field.name);
  return (
    !names.includes(name) &&
    suggest(name, names) === undefined &&
    suggest(name, Object.keys(table)) !== undefined
  );
}

function readFieldArguments(
  context: Context,
  scope: Scope,
  data: string,
  fields: Fields,
  extras: readonly Ast.Argument[],
): Record<string, string> | undefined {
  const found: Record<string, string> = Object.create(null);
  const names = fields.map((field) => field.name);
  let complete = true;
  for (const { name, value: expression } of extras) {
    const value = evaluate(context, scope, expression);
    complete &&= value !== undefined;
    if (!value || !name) continue;
    if (!names.includes(name.text)) {
      const suggestion = suggest(name.text, names);
      const fixes = suggestion === undefined ? [] : [replace(name.span, suggestion)];
      context.report(
        diagnostic(
          messages.unknownField,
          name.span,
          { name: name.text, data, known: names, suggestion },
          { fixes },
        ),
      );
    } else if (Object.hasOwn(found, name.text))
      context.report(diagnostic(messages.dataWrittenTwice, name.span, { name: name.text }));
    else if (value.kind === "text") {
      found[name.text] = value.value;
      continue;
    } else if (value.kind === "word")
      useOf(context, scope, "source", value, expression.span, name.text);
    else
      context.report(
        diagnostic(argumentMessages.wrongKindOfValue, expression.span, {
          name: name.text,
          expected: "text in quotes",
          found: describeValue(value, expression.span),
        }),
      );
    complete = false;
  }
  return complete ? found : undefined;
}

/** `target: "digit"` is short for the second field's column. */
function withTarget(
  context: Context,
  source: TypedSource,
  fields: Fields,
  value: Word,
  written: readonly Ast.Argument[],
): TypedSource | undefined {
  const target = source.use.arguments["target"];
  if (source.use.definition.fieldArguments !== true || typeof target !== "string") return source;
  const second = fields[1];
  const at = written.find((argument) => argument.name?.text === "target")?.span ?? value.span;
  if (!second) {
    context.report(
      diagnostic(messages.sourceProblem, at, {
        expected: "a second field for `target`",
        found: `only \`${fields[0]?.name}\``,
      }),
    );
    return undefined;
  }
  if (Object.hasOwn(source.fieldArguments, second.name)) {
    context.report(
      diagnostic(
        messages.dataWrittenTwice,
        at,
        { name: second.name },
        { notes: [`\`target\` is short for the second field, \`${second.name}\``] },
      ),
    );
    return undefined;
  }
  return { ...source, fieldArguments: { ...source.fieldArguments, [second.name]: target } };
}

/** A synthetic source that makes labels (`spirals(classes: 3)`) and the `class … of n` of the fields agree. */
function labelsFit(
  context: Context,
  definition: SourceDefinition,
  values: TypedSource["use"]["arguments"],
  fields: Fields,
  value: Word,
): boolean {
  const made = values["classes"];
  if (definition.synthetic !== true || typeof made !== "number") return true;
  const label = fields.find((field) => field.type.element.kind === "class");
  const count = label?.type.element.kind === "class" ? known(label.type.element.count) : undefined;
  if (!label || count === undefined || count === made) return true;
  const why = `but \`${definition.name}\` makes ${made}; write \`classes: ${count}\``;
  context.report(
    diagnostic(messages.classCount, value.span, { field: label.name, found: String(count), why }),
  );
  return false;
}

/** `function(sin(6 * x), x: 0 .. 1)`: the formula, and the inputs with their ranges, which are the columns of the first field. */
function readFormula(
  context: Context,
  scope: Scope,
  definition: SourceDefinition,
  formulaName: string,
  written: readonly Ast.Argument[],
  extras: readonly Ast.Argument[],
  fields: Fields,
): TypedSource["formula"] | undefined {
  const positional = Object.keys(definition.arguments).filter(
    (name) => definition.arguments[name]!.named !== true,
  );
  const unnamed = written.filter((argument) => !argument.name);
  const expression =
    written.find((argument) => argument.name?.text === formulaName) ??
    unnamed[positional.indexOf(formulaName)];
  const inputs = extras.map((argument) => readInput(context, scope, argument));
  if (!expression || inputs.includes(undefined)) return undefined;
  const variables = new Map(
    extras.map((argument): [string, Formula] => [
      argument.name!.text,
      { kind: "variable", name: argument.name!.text },
    ]),
  );
  if (!rangesGiven(context, scope, expression.value, variables)) return undefined;
  const formula = toFormula(context, scope, expression.value, { variables, name: definition.name });
  const complete = inputs.filter((input) => input !== undefined);
  return formula && columnsFit(context, definition, expression, complete, fields)
    ? { expression: formula, inputs: complete }
    : undefined;
}

/** Every name of the formula is an input with a range, or a name of the file. */
function rangesGiven(
  context: Context,
  scope: Scope,
  formula: Ast.Expression,
  variables: ReadonlyMap<string, Formula>,
): boolean {
  const open = references(formula).filter(
    ({ path, arguments: called }) =>
      path.length === 1 &&
      called === undefined &&
      !variables.has(path[0]!.text) &&
      !lookup(scope, path[0]!.text),
  );
  for (const { path, span } of open)
    context.report(
      diagnostic(messages.formulaDoesNotFit, span, {
        problem: `\`${path[0]!.text}\` has no range; write \`${path[0]!.text}: 0 .. 1\` after the formula`,
      }),
    );
  return open.length === 0;
}

function readInput(
  context: Context,
  scope: Scope,
  argument: Ast.Argument,
): { name: string; from: number; to: number } | undefined {
  const value = evaluate(context, scope, argument.value);
  if (!value) return undefined;
  const [from, to] = value.kind === "range" ? [numberOf(value.from), numberOf(value.to)] : [];
  const name = argument.name!.text;
  if (from !== undefined && to !== undefined && from < to) return { name, from, to };
  const expected = "a range that goes up, such as `0 .. 1`";
  context.report(
    diagnostic(argumentMessages.wrongKindOfValue, argument.value.span, {
      name,
      expected,
      found: describeValue(value, argument.value.span),
    }),
  );
  return undefined;
}

function columnsFit(
  context: Context,
  definition: SourceDefinition,
  formula: Ast.Argument,
  inputs: readonly { name: string }[],
  fields: Fields,
): boolean {
  const [first, second] = fields;
  const report = (problem: string) => {
    context.report(diagnostic(messages.formulaDoesNotFit, formula.span, { problem }));
    return false;
  };
  const columns = (field: Fields[number]) =>
    field.type.axes
      .slice(1)
      .reduce((product, axis) => product * (known(axis.size) ?? Number.NaN), 1);
  if (inputs.length === 0)
    return report(
      `\`${definition.name}\` needs the range of each input of the formula: \`x: 0 .. 1\``,
    );
  if (!first || !second || fields.length !== 2)
    return report(
      `\`${definition.name}\` makes two fields, its inputs and the value of the formula; this data has ${fields.length}`,
    );
  if (columns(first) !== inputs.length)
    return report(
      `\`${first.name}\` has ${columns(first)} column${columns(first) === 1 ? "" : "s"}, but the formula has ${inputs.length} input${inputs.length === 1 ? "" : "s"} (${inputs.map((input) => input.name).join(", ")})`,
    );
  if (columns(second) !== 1 || second.type.element.kind !== "f32")
    return report(
      `\`${second.name}\` must be \`f32[B, 1]\`: a formula gives one number for each row`,
    );
  return true;
}
