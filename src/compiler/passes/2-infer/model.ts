import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import { notBatched } from "../../base/diagnostics/catalogue/shapes.ts";
import * as Dims from "../../ir/dim.ts";
import type { TensorType } from "../../ir/type.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { TypedModel, Value } from "../../typed/program.ts";
import { printAxis, printType } from "./agreement.ts";
import { checkResult, openFrame } from "./block.ts";
import type { CompileValue, Context, Declaration, Scope } from "./context.ts";
import { addValue, newElaboration, rootFrame } from "./elaboration.ts";
import type { Frame } from "./elaboration.ts";
import { decideInitializers } from "./initial.ts";
import { recordName } from "./record.ts";
import { inferBody } from "./tensor.ts";
import { bareName, bindOwnSymbols, tensorType } from "./types.ts";

/** A model by itself: every block written out, every shape proved, for every value of its symbols; undefined when it has errors. */
export function inferModel(context: Context, declaration: Declaration): TypedModel | undefined {
  const { item } = declaration;
  if (item.kind !== "model") return undefined;
  const scope = bindOwnSymbols(declaration.scope, item.inputs);
  const elaboration = newElaboration({ own: ownSymbols(scope, item.inputs) });
  let failed = false;
  const watched: Context = {
    ...context,
    report: (found) => {
      failed ||= found.severity === "error";
      context.report(found);
    },
  };
  const frame = openFrame(rootFrame(elaboration, watched), item, scope, "");
  const inputs = item.inputs.map((port) => inferInput(frame, port));
  if (inputs.includes(undefined)) return undefined;
  const found = inferBody(frame, item.body, item.name.span);
  const result = found && checkResult(frame, scope, item, found, item.result.span);
  if (failed || !result) return undefined;
  decideInitializers(elaboration);
  return typedModel(frame, item, inputs as TypedModel["inputs"], result);
}

/** The symbols of a signature that are no batch. */
function ownSymbols(scope: Scope, inputs: readonly Ast.Port[]): ReadonlySet<string> {
  const batches = new Set(
    inputs.flatMap(({ type }) => (type.axes[0] ? (bareName(type.axes[0].size)?.text ?? []) : [])),
  );
  return new Set([...scope.names.keys()].filter((name) => !batches.has(name)));
}

export function inferInput(frame: Frame, port: Ast.Port): TypedModel["inputs"][number] | undefined {
  const type = tensorType(frame.context, frame.scope, port.type);
  if (!type || !isBatched(frame, port, type)) return undefined;
  const name = port.name.text;
  const value = addValue(frame, type, port.span, { kind: "input", name }, [], name);
  (value as { name?: string }).name = name;
  const bound = { kind: "tensor", value, span: port.span } as const;
  frame.names.set(name, { kind: "value", value: bound, span: port.name.span });
  recordName(frame, port.name, bound);
  return { name, type, span: port.span };
}

/** The batch comes first, and is free: a program runs on every number of rows, the short last batch included. */
function isBatched(frame: Frame, port: Ast.Port, type: TensorType): boolean {
  const first = type.axes[0];
  if (
    frame.elaboration.alone ||
    (first &&
      Dims.known(first.size) === undefined &&
      Dims.symbolsOf(first.size).join() === Dims.print(first.size))
  )
    return true;
  frame.context.report(
    diagnostic(notBatched, port.type.axes[0]?.span ?? port.type.span, {
      name: port.name.text,
      found: first ? printAxis(first) : printType(type),
    }),
  );
  return false;
}

function typedModel(
  frame: Frame,
  item: Ast.ModelItem,
  inputs: TypedModel["inputs"],
  result: CompileValue,
): TypedModel {
  const { elaboration } = frame;
  const { documentation } = item;
  return {
    name: item.name.text,
    ...(documentation === undefined ? {} : { documentation }),
    span: item.name.span,
    inputs,
    outputs: outputsOf(result),
    values: elaboration.values,
    layers: [...elaboration.layers.values()],
    weights: [...elaboration.weights.values()],
    named: namedValues(frame, inputs),
    rules: elaboration.rules,
  };
}

/** A record's results by their names; a single one by the name that its value has, or else `output`. */
function outputsOf(result: CompileValue): TypedModel["outputs"] {
  if (result.kind === "tensor")
    return [{ name: nameOf(result.value) ?? "output", value: result.value }];
  if (result.kind !== "tuple") return [];
  return result.items.flatMap(({ name, value }) =>
    value.kind === "tensor" && name ? [{ name: name.text, value: value.value }] : [],
  );
}

/** The value's own name, seen through a renaming of its axes. */
function nameOf(value: Value): string | undefined {
  if (value.name !== undefined)
    return value.name.includes(".") || value.name.includes("[") ? undefined : value.name;
  const { body } = value;
  return body.kind === "arithmetic" && body.operands.length === 1 && body.operator === "+"
    ? nameOf(body.operands[0]!)
    : undefined;
}

/** Names of the body's own level, for runs; the inputs are fields of the data and not among them. */
function namedValues(frame: Frame, inputs: TypedModel["inputs"]): ReadonlyMap<string, Value> {
  const named = new Map<string, Value>();
  for (const [name, binding] of frame.names) {
    if (binding.kind !== "value" || inputs.some((input) => input.name === name)) continue;
    const { value } = binding;
    if (value.kind === "tensor") named.set(name, value.value);
    if (value.kind !== "tuple") continue;
    for (const item of value.items)
      if (item.name && item.value.kind === "tensor")
        named.set(`${name}.${item.name.text}`, item.value.value);
  }
  return named;
}
