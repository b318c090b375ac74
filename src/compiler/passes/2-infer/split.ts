import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import { outOfRange, wrongKindOfValue } from "../../base/diagnostics/catalogue/arguments.ts";
import * as messages from "../../base/diagnostics/catalogue/data.ts";
import { suggest } from "../../base/suggest.ts";
import { known } from "../../ir/dim.ts";
import type * as Ast from "../../syntax/ast.ts";
import { foldShares } from "../../typed/parts.ts";
import type { TypedData } from "../../typed/program.ts";
import { numberOf, replace } from "./argument-values.ts";
import type { CompileValue, Context, Scope } from "./context.ts";
import { describeValue, snippet } from "./describe.ts";
import { evaluate } from "./evaluate.ts";
import { parts, type Fields } from "./sources.ts";

type Split = { -readonly [Key in keyof TypedData["split"]]: TypedData["split"][Key] };

interface Declared {
  readonly fields: Fields;
  readonly sources: TypedData["sources"];
}

interface Reading extends Declared {
  readonly context: Context;
  readonly scope: Scope;
  readonly split: Split;
}

/** What stands in a split besides its shares, and what people write instead. */
const manners = ["by", "stratify", "order", "folds"] as const;
const others: Readonly<Record<string, (typeof manners)[number]>> = {
  shuffle: "order",
  time: "order",
  sort: "order",
  group: "by",
  groups: "by",
  k: "folds",
  kfold: "folds",
  cross_validation: "folds",
};

/** The fractions of what the sources leave undivided, and how rows are chosen for them; without a setting everything is for training. */
export function inferSplit(
  context: Context,
  scope: Scope,
  declared: Declared,
  setting: Ast.Setting | undefined,
): TypedData["split"] | undefined {
  const split: Split = { train: 1, validation: 0, test: 0 };
  if (!setting) return split;
  const { value } = setting;
  if (value.kind !== "group" || value.arguments.some((argument) => !argument.name)) {
    const evaluated = evaluate(context, scope, value);
    if (evaluated)
      refuse(
        context,
        value,
        evaluated,
        "split",
        "shares such as `(train: 80%, validation: 10%, test: 10%)`, or `(folds: 5)`",
      );
    return undefined;
  }
  split.train = 0;
  const reading: Reading = { ...declared, context, scope, split };
  const read = value.arguments.map((argument) => readEntry(reading, argument));
  if (read.includes(false) || !goTogether(reading, value)) return undefined;
  if (split.folds !== undefined) Object.assign(split, foldShares(split.folds, split.test));
  return checkShares(reading, value) ? split : undefined;
}

function refuse(
  context: Context,
  at: Ast.Expression,
  value: CompileValue,
  name: string,
  expected: string,
): false {
  const found = describeValue(value, at.span);
  context.report(diagnostic(wrongKindOfValue, at.span, { name, expected, found }));
  return false;
}

function readEntry(reading: Reading, argument: Ast.Argument): boolean {
  const { context, split } = reading;
  const { name, value: expression } = argument;
  if (!name) return false;
  const manner = manners.find((each) => each === name.text);
  if (manner) return readManner[manner](reading, expression);
  const part = parts.find((each) => each === name.text);
  if (!part) return reportUnknown(context, name);
  const value = evaluate(context, reading.scope, expression);
  if (!value) return false;
  const share = numberOf(value);
  if (share === undefined || share < 0)
    return refuse(context, expression, value, part, "a share such as `80%`");
  split[part] += share;
  return true;
}

function reportUnknown(context: Context, { text, span }: Ast.Name): false {
  const choices = [...parts, ...manners];
  const suggestion = Object.hasOwn(others, text) ? others[text] : suggest(text, choices);
  const isSlip = suggestion !== undefined && !Object.hasOwn(others, text);
  context.report(
    diagnostic(
      messages.unknownPart,
      span,
      { name: text, known: choices, suggestion },
      { fixes: isSlip ? [replace(span, suggestion)] : [] },
    ),
  );
  return false;
}

type Manner = (reading: Reading, expression: Ast.Expression) => boolean;

const readManner: Readonly<Record<(typeof manners)[number], Manner>> = {
  by: ({ context, scope, split }, expression) => {
    const value = evaluate(context, scope, expression);
    if (!value) return false;
    if (value.kind !== "text")
      return refuse(context, expression, value, "by", "the name of a column in quotes");
    split.by = value.value;
    return true;
  },
  order: ({ context, scope, split }, expression) => {
    const value = evaluate(context, scope, expression);
    if (!value) return false;
    const word = value.kind === "word" && value.arguments === undefined && value.path.length === 1;
    if (word && value.path[0]!.text === "rows") split.order = { by: "rows" };
    else if (value.kind === "text") split.order = { by: "column", column: value.value };
    else
      return refuse(
        context,
        expression,
        value,
        "order",
        "`rows`, or the name of a column in quotes",
      );
    return true;
  },
  stratify: (reading, expression) => {
    const { context, scope, split, fields } = reading;
    const value = evaluate(context, scope, expression);
    if (!value) return false;
    const written =
      value.kind === "word" && value.arguments === undefined && value.path.length === 1
        ? value.path[0]!.text
        : undefined;
    const labels = fields.filter(isLabel).map(({ name }) => name);
    const name = labels.find((each) => each === written);
    if (name !== undefined) {
      split.stratify = name;
      return true;
    }
    const expected =
      labels.length === 0
        ? "a field with one class a row (`class[B] of 3`), and this data has none"
        : `a field with one class a row: ${labels.map((each) => `\`${each}\``).join(" or ")}`;
    return refuse(context, expression, value, "stratify", expected);
  },
  folds: ({ context, scope, split }, expression) => {
    const value = evaluate(context, scope, expression);
    if (!value) return false;
    const count = value.kind === "size" ? known(value.dim) : undefined;
    if (count === undefined)
      return refuse(context, expression, value, "folds", "a whole number from 2");
    if (count < 2) {
      const found = snippet(expression.span);
      context.report(
        diagnostic(outOfRange, expression.span, { name: "folds", expected: "at least 2", found }),
      );
      return false;
    }
    split.folds = count;
    return true;
  },
};

function isLabel({ type }: Fields[number]): boolean {
  return type.element.kind === "class" && type.axes.length === 1;
}

/** Rows are chosen in one way only. */
function goTogether(
  { context, split, sources }: Reading,
  { arguments: written }: Ast.Group,
): boolean {
  const at = (name: string) => written.find((argument) => argument.name?.text === name)?.span;
  const pairs = [
    ["stratify", "by", "rows that stay together cannot be dealt out by their classes"],
    ["stratify", "order", "rows in their order are not dealt out by their classes"],
    ["order", "by", "rows in their order are not kept together by something else"],
    [
      "folds",
      "train",
      "what is not for testing is divided into folds, each of which validates once",
    ],
    [
      "folds",
      "validation",
      "what is not for testing is divided into folds, each of which validates once",
    ],
  ] as const;
  for (const [one, other, why] of pairs) {
    const [first, second] = [at(one), at(other)];
    if (!first || !second) continue;
    context.report(diagnostic(messages.splitDisagrees, second, { one, other, why }));
    return false;
  }
  const inOrder = sources.find(({ source }) => source.use.definition.reads === "characters");
  const scattered = (["stratify", "by"] as const).find((name) => split[name] !== undefined);
  if (!inOrder || scattered === undefined) return true;
  const { name } = inOrder.source.use.definition;
  const why = `\`${name}\` is divided in the order of the text`;
  context.report(
    diagnostic(messages.splitDisagrees, at(scattered)!, { one: name, other: scattered, why }),
  );
  return false;
}

/** The shares make a whole, training gets one, and no part comes from a source and the split at once. */
function checkShares({ context, split, sources }: Reading, value: Ast.Group): boolean {
  const names = value.arguments.filter(
    (argument) => !manners.some((manner) => manner === argument.name!.text),
  );
  const hasSource = (part: string): boolean =>
    sources.some(
      (source) => source.part !== "all" && source.part !== "train" && source.part === part,
    );
  const twice = names.find((argument) => hasSource(argument.name!.text));
  const folds = value.arguments.find((argument) => argument.name!.text === "folds");
  const repeated = value.arguments.find(
    (argument, index) =>
      value.arguments.findIndex((other) => other.name!.text === argument.name!.text) < index,
  );
  const total = split.train + split.validation + split.test;
  const finding =
    (repeated &&
      diagnostic(messages.dataWrittenTwice, repeated.span, { name: repeated.name!.text })) ??
    (twice && diagnostic(messages.partTwice, twice.span, { part: twice.name!.text })) ??
    (folds && hasSource("validation")
      ? diagnostic(messages.partTwice, folds.span, { part: "validation" })
      : undefined) ??
    (Math.abs(total - 1) > 1e-9
      ? diagnostic(messages.splitNotWhole, value.span, {
          total: percent(total),
          parts: names.map((argument) => snippet(argument.value.span)).join(" + "),
        })
      : undefined) ??
    (split.train <= 0 ? diagnostic(messages.emptyTraining, value.span, {}) : undefined);
  if (finding) context.report(finding);
  return !finding;
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(6))}%`;
}
