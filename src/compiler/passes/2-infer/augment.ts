import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import * as messages from "../../base/diagnostics/catalogue/data.ts";
import { wrongKindOfValue } from "../../base/diagnostics/catalogue/arguments.ts";
import type { Span } from "../../base/source.ts";
import { suggest } from "../../base/suggest.ts";
import { known, size } from "../../ir/dim.ts";
import type { TensorType } from "../../ir/type.ts";
import type { Use } from "../../library/arguments.ts";
import type { AugmentationDefinition, PictureType } from "../../library/definition.ts";
import { isProblem, throughSteps } from "../../library/support/pictures.ts";
import type { TypedData, TypedModel } from "../../typed/program.ts";
import type { FieldAugmentation } from "../../typed/augment.ts";
import { replace } from "./argument-values.ts";
import { useOf } from "./arguments.ts";
import type { CompileValue, Context, Scope } from "./context.ts";
import { describeValue } from "./describe.ts";
import { evaluate } from "./evaluate.ts";
import { printType } from "./agreement.ts";
import type * as Ast from "../../syntax/ast.ts";

type AugmentationUse = Use<AugmentationDefinition>;

/** One augmentation with where it was written, and the field that it was written for, when it was. */
interface Placed {
  readonly use: AugmentationUse;
  readonly span: Span;
  readonly field: TypedData["fields"][number] | undefined;
}

export interface InferredAugment {
  readonly fields: readonly FieldAugmentation[];
  readonly mixup: { readonly use: AugmentationUse; readonly span: Span } | undefined;
  /** The data as the model is given it, but for labels that `mixup` makes distributions (`mixLabels`). */
  readonly fed: TypedData;
}

/** `augment: pad_crop(4) then flip(w) then mixup(alpha: 0.2)`, or `(left: …, right: …)` in place of a part; `none` undoes a recipe's. */
export function inferAugment(
  context: Context,
  scope: Scope,
  data: TypedData,
  model: TypedModel,
  expression: Ast.Expression,
): InferredAugment | undefined {
  const value = evaluate(context, scope, expression);
  if (!value) return undefined;
  if (
    value.kind === "word" &&
    value.path.length === 1 &&
    value.path[0]!.text === "none" &&
    !value.arguments
  )
    return { fields: [], mixup: undefined, fed: data };
  const placed = readParts(context, scope, data, value, expression.span);
  if (!placed) return undefined;
  const last = placed.at(-1);
  const mixup = last?.use.definition.applies === "rows" ? last : undefined;
  const pictures = mixup ? placed.slice(0, -1) : placed;
  const fields = collectFields(context, data, model, pictures);
  if (!fields) return undefined;
  const types = new Map(fields.map((field) => [field.field, field.result]));
  const fed = {
    ...data,
    fields: data.fields.map((field) => ({ ...field, type: types.get(field.name) ?? field.type })),
  };
  return { fields: fields.map(({ result: _, ...field }) => field), mixup, fed };
}

function readParts(
  context: Context,
  scope: Scope,
  data: TypedData,
  value: CompileValue,
  at: Span,
): readonly Placed[] | undefined {
  const parts = value.kind === "sequence" ? value.parts : [value];
  const read = parts.map((part) =>
    readPart(context, scope, data, part, part === value ? at : part.span, undefined),
  );
  return read.includes(undefined) ? undefined : read.flatMap((each) => each ?? []);
}

function readPart(
  context: Context,
  scope: Scope,
  data: TypedData,
  part: CompileValue,
  span: Span,
  field: Placed["field"],
): readonly Placed[] | undefined {
  if (part.kind === "sequence") {
    const read = part.parts.map((each) => readPart(context, scope, data, each, each.span, field));
    return read.includes(undefined) ? undefined : read.flatMap((each) => each ?? []);
  }
  if (part.kind === "tuple" && !field) return readRecord(context, scope, data, part);
  if (part.kind !== "word") {
    context.report(
      diagnostic(wrongKindOfValue, span, {
        name: "augment",
        expected: "augmentations joined by `then`",
        found: describeValue(part, span),
      }),
    );
    return undefined;
  }
  const use = useOf(context, scope, "augmentation", part, span, "augment") as
    AugmentationUse | undefined;
  return use && [{ use, span, field }];
}

/** `(left: flip(w), right: rotate(5 deg))`. */
function readRecord(
  context: Context,
  scope: Scope,
  data: TypedData,
  { items, span }: Extract<CompileValue, { kind: "tuple" }>,
): readonly Placed[] | undefined {
  const known = data.fields.map(({ name }) => name);
  const read = items.map(({ name, value }) => {
    const field = data.fields.find((each) => each.name === name?.text);
    if (name && field) return readPart(context, scope, data, value, value.span, field);
    const suggestion = name && suggest(name.text, known);
    const fixes = name && suggestion !== undefined ? [replace(name.span, suggestion)] : [];
    context.report(
      name
        ? diagnostic(
            messages.unknownField,
            name.span,
            { name: name.text, data: data.name, known, suggestion },
            { fixes },
          )
        : diagnostic(wrongKindOfValue, span, {
            name: "augment",
            expected:
              "augmentations joined by `then`, or a record by field such as `(image: flip(w))`",
            found: "a list",
          }),
    );
    return undefined;
  });
  return read.includes(undefined) ? undefined : read.flatMap((each) => each ?? []);
}

type Collected = FieldAugmentation & { readonly result: TensorType };

/** The steps by field, each proved to go through. */
function collectFields(
  context: Context,
  data: TypedData,
  model: TypedModel,
  placed: readonly Placed[],
): readonly Collected[] | undefined {
  const byField = new Map<TypedData["fields"][number], Placed[]>();
  for (const each of placed) {
    const misplaced =
      each.use.definition.applies === "rows"
        ? "it blends whole rows, so it is written once, as the last part of `augment`"
        : each.use.definition.train === undefined
          ? "it makes views for `predict: average(…)` and is nothing to train with"
          : undefined;
    if (misplaced !== undefined) {
      context.report(
        diagnostic(messages.augmentationDoesNotFit, each.span, {
          problem: `\`${each.use.definition.name}\` cannot stand here: ${misplaced}`,
        }),
      );
      return undefined;
    }
    const field = each.field ?? onlyPicture(context, data, model, each);
    if (!field) return undefined;
    byField.set(field, [...(byField.get(field) ?? []), each]);
  }
  const collected = [...byField].map(([field, steps]) => proveField(context, field, steps));
  return collected.includes(undefined) ? undefined : collected.filter((each) => each !== undefined);
}

/** The one field of the model's inputs that is an image or a signal. */
function onlyPicture(
  context: Context,
  data: TypedData,
  model: TypedModel,
  { use, span }: Placed,
): TypedData["fields"][number] | undefined {
  const inputs = new Set(model.inputs.map(({ name }) => name));
  const able = data.fields.filter((field) => pictureOf(field.type) !== undefined);
  const fed = able.filter(({ name }) => inputs.has(name));
  const candidates = fed.length > 0 ? fed : able;
  if (candidates.length === 1) return candidates[0];
  const names = candidates.map(({ name }) => name);
  const problem =
    names.length === 0
      ? `\`${use.definition.name}\` needs an image or a signal, and no field of \`${data.name}\` is one; declare it with its axes, such as \`image: f32[B, h: 32, w: 32, c: 3]\``
      : `several fields could be meant; write \`(${names.map((name) => `${name}: …`).join(", ")})\``;
  context.report(diagnostic(messages.augmentationDoesNotFit, span, { problem }));
  return undefined;
}

/** `f32[B, h: 32, w: 32, c: 3]` and `f32[B, t: 100, c: 6]` as pictures; undefined for everything else. */
export function pictureOf(type: TensorType): PictureType | undefined {
  const [, ...axes] = type.axes;
  const channels = axes.at(-1);
  const places = axes.slice(0, -1);
  const sizes = places.map((axis) => known(axis.size));
  const count = channels && known(channels.size);
  if (type.element.kind !== "f32" || channels?.name !== "c" || count === undefined)
    return undefined;
  if (
    places.length < 1 ||
    places.length > 2 ||
    sizes.includes(undefined) ||
    places.some(({ name }) => name === undefined)
  )
    return undefined;
  return {
    axes: places.map(({ name }, index) => ({
      name: name!,
      from: sizes[index]!,
      to: sizes[index]!,
    })),
    channels: count,
  };
}

function proveField(
  context: Context,
  { name, type }: TypedData["fields"][number],
  placed: readonly Placed[],
): Collected | undefined {
  const refuse = (span: Span, problem: string): undefined =>
    void context.report(diagnostic(messages.augmentationDoesNotFit, span, { problem }));
  const picture = pictureOf(type);
  if (!picture)
    return refuse(
      placed[0]!.span,
      `\`${name}\` is no image and no signal but \`${printType(type)}\`; those are \`f32\` with one or two named axes of known sizes and then \`c\``,
    );
  const steps: FieldAugmentation["steps"][number][] = [];
  let current = picture;
  for (const { use, span } of placed) {
    const after = throughSteps(current, [use]);
    if (isProblem(after)) return refuse(span, `${after.problem}; ${after.help}`);
    steps.push({ use, before: current });
    current = after;
  }
  const open = current.axes.find(({ from, to }) => from !== to);
  if (open)
    return refuse(
      placed.at(-1)!.span,
      `\`${open.name}\` is anything from ${open.from} to ${open.to} in the end, and the model needs one size; end with \`crop(${Math.min(...current.axes.map(({ from }) => from))})\``,
    );
  const sizes = [undefined, ...current.axes.map(({ from }) => size(from)), undefined];
  const axes = type.axes.map((axis, index) => ({ ...axis, size: sizes[index] ?? axis.size }));
  return { field: name, picture, steps, result: { ...type, axes } };
}
