import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import * as messages from "../../base/diagnostics/catalogue/training.ts";
import { suggest } from "../../base/suggest.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { TypedData, TypedModel, Value } from "../../typed/program.ts";
import { replace } from "./argument-values.ts";
import type { Binding, Context, Scope } from "./context.ts";
import { child, lookup } from "./lookup.ts";

/** The tensors that a run's loss and metrics may name. */
export interface RunNames {
  readonly model: TypedModel;
  readonly data: TypedData;
  /** By the name as written: `logits`, `model.image`, `data.label`, `teacher.logits`. */
  readonly tensors: ReadonlyMap<string, Value>;
  /** Names of both the model and the data that are not one input. */
  readonly ambiguous: ReadonlySet<string>;
}

/** The model's named values and outputs and the data's fields; a field that is fed to an input is that input. */
export function runNames(
  context: Context,
  model: TypedModel,
  data: TypedData,
  inputs: ReadonlyMap<string, string>,
  teacher: TypedModel | undefined,
): RunNames {
  const tensors = new Map<string, Value>();
  const ambiguous = new Set<string>();
  const own = new Map<string, Value>();
  for (const value of model.values)
    if (value.body.kind === "input") own.set(value.body.name, value);
  for (const output of model.outputs) own.set(output.name, output.value);
  for (const [name, value] of model.named) own.set(name, value);
  for (const [name, value] of own) {
    tensors.set(name, value);
    tensors.set(`model.${name}`, value);
  }
  for (const [index, field] of data.fields.entries()) {
    const value = valueOfField(context, model, data, inputs, index);
    tensors.set(`data.${field.name}`, value);
    const same = own.get(field.name);
    if (same === undefined || same === value) tensors.set(field.name, value);
    else ambiguous.add(field.name);
  }
  for (const [name, value] of teacher?.named ?? []) tensors.set(`teacher.${name}`, value);
  for (const output of teacher?.outputs ?? []) tensors.set(`teacher.${output.name}`, output.value);
  return { model, data, tensors, ambiguous };
}

function valueOfField(
  context: Context,
  model: TypedModel,
  data: TypedData,
  inputs: ReadonlyMap<string, string>,
  index: number,
): Value {
  const field = data.fields[index]!;
  const input = model.inputs.find((each) => inputs.get(each.name) === field.name);
  const fed =
    input &&
    model.values.find((value) => value.body.kind === "input" && value.body.name === input.name);
  if (fed) return fed;
  const id = context.counter
    ? context.counter.next++
    : model.values.reduce((highest, value) => Math.max(highest, value.id), 0) + 1 + index;
  return {
    id,
    type: field.type,
    span: field.span ?? data.span,
    name: field.name,
    body: { kind: "field", name: field.name },
  };
}

/** Whether the expression names a tensor of the run anywhere. */
export function namesTensor(names: RunNames, expression: Ast.Expression): boolean {
  return references(expression).some((reference) => {
    const key = reference.path.map((name) => name.text).join(".");
    return (
      reference.arguments === undefined && (names.tensors.has(key) || names.ambiguous.has(key))
    );
  });
}

/** Every reference inside an expression. */
export function references(expression: Ast.Expression): readonly Ast.Reference[] {
  switch (expression.kind) {
    case "number":
    case "text":
      return [];
    case "reference":
      return [
        expression,
        ...(expression.arguments ?? []).flatMap((argument) => references(argument.value)),
      ];
    case "group":
      return expression.arguments.flatMap((argument) => references(argument.value));
    case "unary":
      return references(expression.operand);
    case "binary":
      return [...references(expression.left), ...references(expression.right)];
    case "range":
      return [...references(expression.from), ...references(expression.to)];
    case "conditional":
      return [expression.condition, expression.then, expression.else].flatMap(references);
    case "flow":
      return [
        ...references(expression.source),
        ...expression.stages.flatMap((stage) =>
          (stage.call.arguments ?? []).flatMap((argument) => references(argument.value)),
        ),
      ];
    case "sequence":
      return expression.parts.flatMap(references);
  }
}

/**
 * A scope for an operand: what it names among the run's tensors is bound under the name as written, `model.x` included.
 * Ambiguous and unknown names are reported.
 */
export function tensorScope(
  context: Context,
  scope: Scope,
  names: RunNames,
  expression: Ast.Expression,
): Scope | undefined {
  const bound = new Map<string, Binding>();
  for (const reference of references(expression)) {
    if (reference.arguments !== undefined) continue;
    const key = reference.path.map((name) => name.text).join(".");
    const value = names.tensors.get(key);
    if (names.ambiguous.has(key)) {
      const parameters = { name: key, model: names.model.name, data: names.data.name };
      const fixes = [
        replace(reference.span, `model.${key}`),
        replace(reference.span, `data.${key}`),
      ];
      context.report(diagnostic(messages.ambiguousName, reference.span, parameters, { fixes }));
      return undefined;
    }
    if (value)
      bound.set(key, {
        kind: "value",
        value: { kind: "tensor", value, span: reference.span },
        span: value.span,
      });
    else if (!lookup(scope, reference.path[0]!.text)) {
      reportUnknown(context, names, reference);
      return undefined;
    }
  }
  return child(scope, bound);
}

function reportUnknown(context: Context, names: RunNames, reference: Ast.Reference): void {
  const name = reference.path.map((part) => part.text).join(".");
  const suggestion = suggest(name, names.tensors.keys());
  const fixes = suggestion === undefined ? [] : [replace(reference.span, suggestion)];
  context.report(
    diagnostic(
      messages.unknownValue,
      reference.span,
      { name, model: names.model.name, data: names.data.name, suggestion },
      { fixes },
    ),
  );
}

/** `model.x` as one name, under which `tensorScope` has bound it. */
export function withJoinedNames(expression: Ast.Expression): Ast.Expression {
  const join = (part: Ast.Argument): Ast.Argument => ({
    ...part,
    value: withJoinedNames(part.value),
  });
  switch (expression.kind) {
    case "reference": {
      const joined =
        expression.path.length === 1
          ? expression.path
          : [{ text: expression.path.map((name) => name.text).join("."), span: expression.span }];
      return expression.arguments === undefined
        ? { ...expression, path: joined }
        : { ...expression, path: joined, arguments: expression.arguments.map(join) };
    }
    case "group":
      return { ...expression, arguments: expression.arguments.map(join) };
    case "unary":
      return { ...expression, operand: withJoinedNames(expression.operand) };
    case "binary":
      return {
        ...expression,
        left: withJoinedNames(expression.left),
        right: withJoinedNames(expression.right),
      };
    case "conditional":
      return {
        ...expression,
        then: withJoinedNames(expression.then),
        else: withJoinedNames(expression.else),
      };
    case "flow":
      return { ...expression, source: withJoinedNames(expression.source) };
    default:
      return expression;
  }
}
