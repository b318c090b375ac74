import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import * as messages from "../../base/diagnostics/catalogue/data.ts";
import type { Span } from "../../base/source.ts";
import { suggest } from "../../base/suggest.ts";
import { known, print } from "../../ir/dim.ts";
import type { Use } from "../../library/arguments.ts";
import type { NormalizerDefinition } from "../../library/definition.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { TypedData } from "../../typed/program.ts";
import { replace } from "./argument-values.ts";
import { checkUse } from "./arguments.ts";
import type { Context, Declaration, Scope } from "./context.ts";
import { snippet } from "./describe.ts";
import { inferSources, type Fields } from "./sources.ts";
import { inferSplit } from "./split.ts";
import { tensorType } from "./types.ts";

export const dataSettings = ["source", "normalize", "split"] as const;

/**
 * A data declaration: its fields, where they come from, how they are normalised and divided. Undefined only without fields:
 * other settings that have errors are left out, so that the runs on this data are checked all the same.
 */
export function inferData(context: Context, { item, scope }: Declaration): TypedData | undefined {
  if (item.kind !== "data") return undefined;
  const written = readSettings(context, item);
  const fields = inferFields(context, scope, item);
  if (!fields) return undefined;
  const sources = written.source
    ? inferSources(context, scope, item.name.text, fields, written.source)
    : [];
  const normalize = written.normalize
    ? inferNormalize(context, scope, item.name.text, fields, written.normalize)
    : [];
  const declared = { fields, sources: sources ?? [] };
  const split = inferSplit(context, scope, declared, written.split) ?? {
    train: 0.8,
    validation: 0.1,
    test: 0.1,
  };
  const { documentation } = item;
  return {
    name: item.name.text,
    ...(documentation === undefined ? {} : { documentation }),
    span: item.name.span,
    fields,
    sources: sources ?? [],
    normalize: normalize ?? [],
    split,
  };
}

type Settings = Partial<Record<(typeof dataSettings)[number], Ast.Setting>>;

function readSettings(context: Context, item: Ast.DataItem): Settings {
  const found: Settings = {};
  for (const setting of item.settings) {
    const { text: name, span } = setting.name;
    const key = dataSettings.find((each) => each === name);
    if (key && !found[key]) {
      found[key] = setting;
      continue;
    }
    const suggestion = suggest(name, dataSettings);
    const fixes = suggestion === undefined ? [] : [replace(span, suggestion)];
    context.report(
      key
        ? diagnostic(messages.dataWrittenTwice, span, { name })
        : diagnostic(messages.unknownDataSetting, span, { name, suggestion }, { fixes }),
    );
  }
  return found;
}

function inferFields(context: Context, scope: Scope, item: Ast.DataItem): Fields | undefined {
  if (item.fields.length === 0) {
    context.report(diagnostic(messages.noFields, item.name.span, { name: item.name.text }));
    return undefined;
  }
  const seen = new Map<string, Span>();
  let complete = true;
  const fields: { -readonly [Key in keyof Fields[number]]: Fields[number][Key] }[] = [];
  for (const { name, type: node, documentation } of item.fields) {
    const earlier = seen.get(name.text);
    if (earlier)
      context.report(
        diagnostic(
          messages.dataWrittenTwice,
          name.span,
          { name: name.text },
          { related: [{ span: earlier, message: "written here first" }] },
        ),
      );
    seen.set(name.text, name.span);
    const type = tensorType(context, scope, node);
    complete &&= type !== undefined && !earlier;
    if (type)
      fields.push({
        name: name.text,
        type,
        span: node.span,
        ...(documentation === undefined ? {} : { documentation }),
      });
  }
  return complete && checkFields(context, item, fields) ? fields : undefined;
}

/** All fields share one free first axis, and every number of classes is an integer from 2. */
function checkFields(context: Context, item: Ast.DataItem, fields: Fields): boolean {
  const batch = fields.find(
    (field) => field.type.axes[0] && known(field.type.axes[0].size) === undefined,
  )?.type.axes[0]?.size;
  let fits = true;
  for (const [index, { name, type }] of fields.entries()) {
    const node = item.fields[index]!.type;
    const first = type.axes[0];
    if (!first || known(first.size) !== undefined || (batch && first.size.key !== batch.key)) {
      fits = false;
      const found = first ? `\`${print(first.size)}\`` : "none";
      context.report(
        diagnostic(messages.batchComesFirst, node.axes[0]?.span ?? node.span, {
          field: name,
          found,
          example: batch ? print(batch) : "B",
        }),
      );
    }
    const count = type.element.kind === "class" ? known(type.element.count) : 2;
    if (count !== undefined && count >= 2) continue;
    fits = false;
    const why =
      count === undefined
        ? "which must be a number known before training"
        : "and there must be at least 2";
    const found =
      count === undefined && type.element.kind === "class"
        ? `\`${print(type.element.count)}\``
        : String(count);
    context.report(
      diagnostic(messages.classCount, node.of?.span ?? node.span, { field: name, found, why }),
    );
  }
  return fits;
}

/** One sequence for all f32 fields, or a record of them. */
function inferNormalize(
  context: Context,
  scope: Scope,
  data: string,
  fields: Fields,
  setting: Ast.Setting,
): TypedData["normalize"] | undefined {
  const { value } = setting;
  if (value.kind !== "group" || !value.arguments.some((argument) => argument.name)) {
    const steps = normalizers(context, scope, value);
    const numeric = fields.filter((field) => field.type.element.kind === "f32");
    if (steps && numeric.length === 0) {
      context.report(
        diagnostic(messages.onlyNumbersAreNormalized, setting.name.span, {
          field: data,
          element: "labels only",
        }),
      );
      return undefined;
    }
    const fits =
      steps &&
      numeric.map((field) => rowFits(context, field, steps, setting.value.span)).every(Boolean);
    return fits ? numeric.map((field) => ({ field: field.name, steps })) : undefined;
  }
  const all = value.arguments.map((argument) =>
    normalizeField(context, scope, data, fields, argument),
  );
  return all.includes(undefined) ? undefined : all.filter((each) => each !== undefined);
}

function normalizeField(
  context: Context,
  scope: Scope,
  data: string,
  fields: Fields,
  argument: Ast.Argument,
): TypedData["normalize"][number] | undefined {
  const steps = normalizers(context, scope, argument.value);
  const known = fields.map((field) => field.name);
  const name = argument.name?.text ?? snippet(argument.span);
  const at = argument.name?.span ?? argument.span;
  const field = fields.find((each) => each.name === name);
  if (!field) {
    const suggestion = suggest(name, known);
    context.report(
      diagnostic(
        messages.unknownField,
        at,
        { name, data, known, suggestion },
        { fixes: suggestion === undefined ? [] : [replace(at, suggestion)] },
      ),
    );
  } else if (field.type.element.kind !== "f32")
    context.report(
      diagnostic(messages.onlyNumbersAreNormalized, at, {
        field: name,
        element: field.type.element.kind === "class" ? "class labels" : "a mask",
      }),
    );
  return steps &&
    field?.type.element.kind === "f32" &&
    rowFits(context, field, steps, argument.value.span)
    ? { field: name, steps }
    : undefined;
}

/** Whether a row is small enough for every step. */
function rowFits(
  context: Context,
  field: Fields[number],
  steps: readonly Use<NormalizerDefinition>[],
  at: Span,
): boolean {
  const sizes = field.type.axes.slice(1).map(({ size }) => known(size));
  const total = sizes.includes(undefined)
    ? undefined
    : sizes.reduce<number>((product, size) => product * size!, 1);
  const over = steps.find(
    ({ definition }) =>
      definition.most !== undefined && total !== undefined && total > definition.most,
  )?.definition;
  if (over)
    context.report(
      diagnostic(messages.normalizerDoesNotFit, at, {
        problem: `a row of \`${field.name}\` has ${total} numbers, and \`${over.name}\` works with at most ${over.most}; leave it out, or make rows smaller`,
      }),
    );
  return over === undefined;
}

function normalizers(
  context: Context,
  scope: Scope,
  expression: Ast.Expression,
): readonly Use<NormalizerDefinition>[] | undefined {
  const written = expression.kind === "sequence" ? expression.parts : [expression];
  const steps = written.map(
    (part) =>
      checkUse(context, scope, "normalizer", "normalize", part) as
        Use<NormalizerDefinition> | undefined,
  );
  const early = steps.findIndex(
    (step, place) => step?.definition.last === true && place < steps.length - 1,
  );
  if (early >= 0)
    context.report(
      diagnostic(messages.normalizerDoesNotFit, written[early]!.span, {
        problem: `nothing can follow \`${steps[early]!.definition.name}\`; write it last`,
      }),
    );
  return steps.includes(undefined) || early >= 0
    ? undefined
    : steps.filter((step) => step !== undefined);
}
