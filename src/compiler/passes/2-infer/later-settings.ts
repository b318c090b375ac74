import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import { unknownItem as unknownItemKind, wrongKindOfValue } from "../../base/diagnostics/catalogue/arguments.ts";
import { unknownField } from "../../base/diagnostics/catalogue/data.ts";
import { laterItem } from "../../base/diagnostics/catalogue/later.ts";
import { suggest } from "../../base/suggest.ts";
import type { ArgumentTable } from "../../library/arguments.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { TypedData, TypedModel } from "../../typed/program.ts";
import { replace } from "./argument-values.ts";
import { checkTable } from "./arguments.ts";
import type { Context, Scope } from "./context.ts";
import { snippet } from "./describe.ts";
import { lookup } from "./lookup.ts";
import { refuseChoice } from "./stop.ts";

/** Settings that are checked and not run yet. */

const average = {
  ema: { decay: { kind: "number", minimum: 0, maximum: 1, exclusive: "both", default: 0.999, summary: "How much of the average stays at each step." } },
  swa: { start: { kind: "number", minimum: 0, maximum: 1, default: 0.75, summary: "The share of the run after which the average begins." } },
} as const satisfies Record<string, ArgumentTable>;

const after = {
  prune: {
    share: { kind: "number", minimum: 0, maximum: 1, exclusive: "both", summary: "The share of the weights that become zero." },
    by: { kind: "symbol", named: true, choices: ["magnitude", "sensitivity"], default: "magnitude", summary: "What decides which weights go." },
  },
  tune: { duration: { kind: "duration", summary: "How long the rest is trained again." } },
  quantize: { to: { kind: "symbol", choices: ["int8"], default: "int8", summary: "What the weights become." } },
} as const satisfies Record<string, ArgumentTable>;

/** One call out of a small table of calls, or what is wrong with it. */
function checkChoice(context: Context, scope: Scope, setting: string, choices: Readonly<Record<string, ArgumentTable>>, expression: Ast.Expression): boolean {
  if (expression.kind === "group" && expression.arguments.length === 1 && !expression.arguments[0]!.name) return checkChoice(context, scope, setting, choices, expression.arguments[0]!.value);
  const name = expression.kind === "reference" && expression.path.length === 1 ? expression.path[0]!.text : undefined;
  if (expression.kind === "reference" && name !== undefined && Object.hasOwn(choices, name))
    return checkTable(context, scope, name, choices[name]!, expression.arguments, expression.span) !== undefined;
  refuseChoice(context, setting, expression, Object.keys(choices).map((each) => `\`${each}\``));
  return false;
}

export function checkAverage(context: Context, scope: Scope, expression: Ast.Expression): boolean {
  return checkChoice(context, scope, "average", average, expression);
}

/** `prune(60%, by: magnitude) then tune(5 epochs) then quantize(int8)`. */
export function checkAfter(context: Context, scope: Scope, expression: Ast.Expression): boolean {
  const parts = expression.kind === "sequence" ? expression.parts : [expression];
  return parts.map((part) => checkChoice(context, scope, "after", after, part)).every(Boolean);
}

/** A sequence of augmentations, or one for each of several fields; all of them are of a later version. */
export function checkAugment(context: Context, scope: Scope, data: TypedData, expression: Ast.Expression): boolean {
  if (expression.kind === "group" && expression.arguments.some((argument) => argument.name)) {
    const known = data.fields.map((field) => field.name);
    return expression.arguments
      .map((argument) => {
        const at = argument.name?.span ?? argument.span;
        const name = argument.name?.text ?? snippet(argument.span);
        const isField = known.includes(name);
        if (!isField) context.report(diagnostic(unknownField, at, { name, data: data.name, known, suggestion: suggest(name, known) }));
        return checkLater(context, scope, "augment", "augmentation", argument.value) && isField;
      })
      .every(Boolean);
  }
  return checkLater(context, scope, "augment", "augmentation", expression);
}

/** `plain` is what every run does; the others are of a later version. */
export function checkPredict(context: Context, scope: Scope, expression: Ast.Expression): boolean {
  if (expression.kind === "reference" && expression.path.length === 1 && expression.path[0]!.text === "plain" && expression.arguments === undefined) return true;
  return checkLater(context, scope, "predict", "predict", expression);
}

/** Every call of a sequence is a planned item (reported as such) or unknown. */
function checkLater(context: Context, scope: Scope, setting: string, kind: string, expression: Ast.Expression): boolean {
  if (expression.kind === "sequence") return expression.parts.map((part) => checkLater(context, scope, setting, kind, part)).every(Boolean);
  if (expression.kind === "group" && expression.arguments.length === 1) return checkLater(context, scope, setting, kind, expression.arguments[0]!.value);
  if (expression.kind !== "reference" || expression.path.length !== 1) {
    context.report(diagnostic(wrongKindOfValue, expression.span, { name: setting, expected: "calls joined by `then`", found: `\`${snippet(expression.span)}\`` }));
    return false;
  }
  const name = expression.path[0]!;
  if (lookup(scope, name.text)) return refuseChoice(context, setting, expression, [`${kind}s of the library`]) ?? false;
  const planned = context.library.planned(name.text);
  const what = kind === "predict" ? "a way to predict" : "an augmentation";
  context.report(
    planned
      ? diagnostic(laterItem, name.span, { name: name.text, summary: planned.summary })
      : diagnostic(unknownItemKind, name.span, { what, name: name.text, known: [] }),
  );
  return false;
}

/** A run of this file, or `checkpoint("big.safetensors", model: Big)`: the model whose values `teacher.…` are. */
export function inferTeacher(context: Context, scope: Scope, expression: Ast.Expression): TypedModel | undefined {
  if (expression.kind === "reference" && expression.path.length === 1) {
    const name = expression.path[0]!;
    const run = expression.arguments === undefined ? context.runs.get(name.text) : undefined;
    if (run) return run.model;
    if (name.text === "checkpoint" && expression.arguments) return teacherOfCheckpoint(context, scope, expression, expression.arguments);
    if (expression.arguments === undefined && context.declaredRuns?.has(name.text) === true) return undefined;
    const suggestion = suggest(name.text, context.runs.keys());
    const fixes = suggestion === undefined ? [] : [replace(name.span, suggestion)];
    context.report(diagnostic(unknownItemKind, name.span, { what: "a run above this one", name: name.text, known: [...context.runs.keys()], suggestion }, { fixes }));
    return undefined;
  }
  return refuseChoice(context, "teacher", expression, ["a run", '`checkpoint("big.safetensors", model: Big)`']);
}

function teacherOfCheckpoint(context: Context, scope: Scope, expression: Ast.Reference, written: readonly Ast.Argument[]): TypedModel | undefined {
  const path = written.find((argument) => !argument.name)?.value;
  const model = written.find((argument) => argument.name?.text === "model")?.value;
  const name = model?.kind === "reference" && model.path.length === 1 ? model.path[0]! : undefined;
  const binding = name && lookup(scope, name.text);
  if (written.length !== 2 || path?.kind !== "text" || binding?.kind !== "declaration" || binding.declaration.item.kind !== "model")
    return refuseChoice(context, "teacher", expression, ["a run", '`checkpoint("big.safetensors", model: Big)`']);
  context.use(binding.span);
  return context.modelOf(binding.declaration);
}
