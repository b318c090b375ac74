import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import { unknownItem as unknownItemKind } from "../../base/diagnostics/catalogue/arguments.ts";
import { teacherPrepared } from "../../base/diagnostics/catalogue/training.ts";
import { suggest } from "../../base/suggest.ts";
import type * as Ast from "../../syntax/ast.ts";
import type {
  Teacher,
  TypedData,
  TypedModel,
  TypedRun,
  Value,
  WeightSource,
} from "../../typed/program.ts";
import { showUse } from "../../typed/show.ts";
import { replace } from "./argument-values.ts";
import type { Context, Scope } from "./context.ts";
import { inferInputs } from "./inputs.ts";
import { lookup } from "./lookup.ts";
import { refuseChoice } from "./reading.ts";
import type { PlacedSetting } from "./recipes.ts";

const choices = ["a run", '`checkpoint("big.safetensors", model: Big)`'] as const;

/** A run of this file, or `checkpoint("big.safetensors", model: Big)`: the model whose values `teacher.…` are, on the rows of this run. */
export function inferTeacher(
  context: Context,
  own: string,
  { scope, setting }: PlacedSetting,
  data: TypedData,
): Teacher | undefined {
  const { value } = setting;
  const found = readTeacher(context, own, scope, value);
  if (!found) return undefined;
  const { model, weights, run } = found;
  const inputs =
    run && run.data === data
      ? run.inputs
      : inferInputs(context, model, data, undefined, value.span);
  if (!inputs || (run && !sharesPreparation(context, run, inputs, data, value))) return undefined;
  return { model: copyOf(context, model), inputs, weights };
}

interface Found {
  readonly model: TypedModel;
  readonly weights: WeightSource;
  readonly run?: TypedRun;
}

function readTeacher(
  context: Context,
  own: string,
  scope: Scope,
  expression: Ast.Expression,
): Found | undefined {
  if (expression.kind !== "reference" || expression.path.length !== 1)
    return refuseChoice(context, "teacher", expression, choices);
  const name = expression.path[0]!;
  const run = expression.arguments === undefined ? context.runs.get(name.text) : undefined;
  if (run) return { model: run.model, weights: { kind: "run", run: run.name }, run };
  if (name.text === "checkpoint" && expression.arguments)
    return teacherOfCheckpoint(context, scope, expression, expression.arguments);
  if (
    expression.arguments === undefined &&
    context.declaredRuns?.has(name.text) === true &&
    !standsBelow(context, own, name.text)
  )
    return undefined;
  const suggestion = suggest(name.text, context.runs.keys());
  const fixes = suggestion === undefined ? [] : [replace(name.span, suggestion)];
  context.report(
    diagnostic(
      unknownItemKind,
      name.span,
      {
        what: "a run above this one",
        name: name.text,
        known: [...context.runs.keys()],
        suggestion,
      },
      { fixes },
    ),
  );
  return undefined;
}

/** Whether a run is this one or stands below it; one above that is not known has errors, which are reported. */
function standsBelow(context: Context, own: string, name: string): boolean {
  const names = [...(context.declaredRuns ?? [])];
  return names.indexOf(name) >= names.indexOf(own);
}

function teacherOfCheckpoint(
  context: Context,
  scope: Scope,
  expression: Ast.Reference,
  written: readonly Ast.Argument[],
): Found | undefined {
  const path = written.find((argument) => !argument.name)?.value;
  const model = written.find((argument) => argument.name?.text === "model")?.value;
  const name = model?.kind === "reference" && model.path.length === 1 ? model.path[0]! : undefined;
  const binding = name && lookup(scope, name.text);
  if (
    written.length !== 2 ||
    path?.kind !== "text" ||
    binding?.kind !== "declaration" ||
    binding.declaration.item.kind !== "model"
  ) {
    return refuseChoice(context, "teacher", expression, choices);
  }
  context.use(binding.span);
  const typed = context.modelOf(binding.declaration);
  return typed && { model: typed, weights: { kind: "checkpoint", path: path.value } };
}

/** Whether the rows reach the teacher as they did when it was trained; of a checkpoint only its file can tell. */
function sharesPreparation(
  context: Context,
  teacher: TypedRun,
  inputs: ReadonlyMap<string, string>,
  data: TypedData,
  at: Ast.Expression,
): boolean {
  for (const [input, field] of inputs) {
    const [its, own] = [
      stepsOf(teacher.data, teacher.inputs.get(input) ?? input),
      stepsOf(data, field),
    ];
    if (its === own) continue;
    context.report(
      diagnostic(teacherPrepared, at.span, { teacher: teacher.name, field, its, own }),
    );
    return false;
  }
  return true;
}

function stepsOf({ normalize }: TypedData, field: string): string {
  const steps = normalize.find((each) => each.field === field)?.steps ?? [];
  return steps.length === 0
    ? "as it comes"
    : `normalised by \`${steps.map(showUse).join(" then ")}\``;
}

/** The model with values of its own: a run may learn from an earlier training of the very same model. */
function copyOf(context: Context, model: TypedModel): TypedModel {
  const copies = new Map<Value, Value>();
  const copy = (value: Value): Value => {
    const known = copies.get(value);
    if (known) return known;
    const made = {
      ...value,
      id: context.counter ? context.counter.next++ : -1 - value.id,
      body: copyBody(value.body, copy),
    };
    copies.set(value, made);
    return made;
  };
  const values = model.values.map(copy);
  const outputs = model.outputs.map((output) => ({ ...output, value: copy(output.value) }));
  return {
    ...model,
    values,
    outputs,
    named: new Map([...model.named].map(([name, value]) => [name, copy(value)])),
  };
}

function copyBody(body: Value["body"], copy: (value: Value) => Value): Value["body"] {
  switch (body.kind) {
    case "layer":
      return { ...body, inputs: body.inputs.map(copy) };
    case "activation":
      return { ...body, input: copy(body.input) };
    case "call":
    case "arithmetic":
    case "compare":
      return { ...body, operands: body.operands.map(copy) };
    case "select":
      return {
        ...body,
        condition: copy(body.condition),
        then: copy(body.then),
        else: copy(body.else),
      };
    default:
      return body;
  }
}
