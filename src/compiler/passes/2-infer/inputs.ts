import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import { wrongKindOfValue } from "../../base/diagnostics/catalogue/arguments.ts";
import { dataWrittenTwice, unknownField } from "../../base/diagnostics/catalogue/data.ts";
import * as messages from "../../base/diagnostics/catalogue/training.ts";
import type { Span } from "../../base/source.ts";
import { suggest } from "../../base/suggest.ts";
import { equalDims, known, symbolsOf } from "../../ir/dim.ts";
import type { TensorType } from "../../ir/type.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { TypedData, TypedModel } from "../../typed/program.ts";
import { printType, sameElement, sizesDiffer } from "./agreement.ts";
import { replace } from "./argument-values.ts";
import type { Context } from "./context.ts";
import { snippet } from "./describe.ts";

/** Which field each input of the model takes: by name, or as `inputs: (image: picture)` says. Undefined when something was reported. */
export function inferInputs(context: Context, model: TypedModel, data: TypedData, setting: Ast.Setting | undefined, at: Span): ReadonlyMap<string, string> | undefined {
  const renamed = setting ? readRenaming(context, model, data, setting) : new Map<string, Ast.Name>();
  if (!renamed) return undefined;
  const inputs = new Map<string, string>();
  const fields = data.fields.map((field) => field.name);
  let complete = true;
  for (const input of model.inputs) {
    const name = renamed.get(input.name)?.text ?? input.name;
    const field = data.fields.find((each) => each.name === name);
    if (!field) {
      const suggestion = suggest(name, fields) ?? data.fields.find((each) => misfit(input.type, each.type) === undefined)?.name;
      const related = [{ span: input.span, message: "the input" }, { span: data.span, message: "the data" }];
      context.report(diagnostic(messages.inputWithoutField, at, { input: input.name, model: model.name, data: data.name, fields, suggestion }, { related }));
      complete = false;
      continue;
    }
    inputs.set(input.name, field.name);
    const why = misfit(input.type, field.type);
    if (why === undefined) continue;
    complete = false;
    const parameters = { input: input.name, expected: printType(input.type), field: field.name, found: printType(field.type), why };
    const related = [{ span: input.span, message: `the model takes \`${printType(input.type)}\`` }, { span: field.span ?? data.span, message: `the data gives \`${printType(field.type)}\`` }];
    context.report(diagnostic(messages.inputDoesNotFit, renamed.get(input.name)?.span ?? at, parameters, { related }));
  }
  return complete ? inputs : undefined;
}

function readRenaming(context: Context, model: TypedModel, data: TypedData, setting: Ast.Setting): ReadonlyMap<string, Ast.Name> | undefined {
  const { value } = setting;
  const renamed = new Map<string, Ast.Name>();
  const refuse = (span: Span) => {
    const expected = "names of inputs and fields: `(image: picture)`";
    context.report(diagnostic(wrongKindOfValue, span, { name: "inputs", expected, found: `\`${snippet(span)}\`` }));
    return undefined;
  };
  if (value.kind !== "group") return refuse(value.span);
  const known = { inputs: model.inputs.map((input) => input.name), fields: data.fields.map((field) => field.name) };
  let complete = true;
  for (const { name: input, value: written, span } of value.arguments) {
    const field = written.kind === "reference" && written.path.length === 1 && written.arguments === undefined ? written.path[0]! : undefined;
    if (!input || !field) return refuse(span);
    const finding = findingFor(model, data, known, input, field) ?? (renamed.has(input.text) ? diagnostic(dataWrittenTwice, input.span, { name: input.text }) : undefined);
    if (finding) context.report(finding);
    complete &&= finding === undefined;
    renamed.set(input.text, field);
  }
  return complete ? renamed : undefined;
}

function findingFor(model: TypedModel, data: TypedData, known: { inputs: readonly string[]; fields: readonly string[] }, input: Ast.Name, field: Ast.Name): ReturnType<typeof diagnostic> | undefined {
  if (!known.inputs.includes(input.text)) {
    const suggestion = suggest(input.text, known.inputs);
    return diagnostic(messages.unusedInput, input.span, { name: input.text, model: model.name, known: known.inputs, suggestion }, fixes(input.span, suggestion));
  }
  if (known.fields.includes(field.text)) return undefined;
  const suggestion = suggest(field.text, known.fields);
  return diagnostic(unknownField, field.span, { name: field.text, data: data.name, known: known.fields, suggestion }, fixes(field.span, suggestion));
}

function fixes(at: Span, suggestion: string | undefined): { fixes: ReturnType<typeof replace>[] } {
  return { fixes: suggestion === undefined ? [] : [replace(at, suggestion)] };
}

/** Why a field does not fit an input; the batch is the first axis of both. */
function misfit(input: TensorType, field: TensorType): string | undefined {
  if (!sameElement(input.element, field.element)) return "the elements are of different kinds";
  if (input.axes.length !== field.axes.length) return `${input.axes.length} axes are not ${field.axes.length}`;
  const bound = new Map<string, TensorType["axes"][number]["size"]>();
  for (const [place, axis] of input.axes.entries()) {
    const other = field.axes[place]!;
    if (place > 0 && axis.name !== undefined && other.name !== undefined && axis.name !== other.name)
      return `axis ${place + 1} is \`${axis.name}\` in the model and \`${other.name}\` in the data`;
    const symbols = symbolsOf(axis.size);
    const earlier = bound.get(axis.size.key);
    if (equalDims(axis.size, other.size) && !earlier) continue;
    const free = place === 0 || (known(axis.size) === undefined && symbols.length === 1 && symbols[0] === axis.size.key && known(other.size) !== undefined);
    if (free && (!earlier || equalDims(earlier, other.size))) bound.set(axis.size.key, other.size);
    else return sizesDiffer(axis.name ?? other.name ?? `axis ${place + 1}`, earlier ?? axis.size, other.size);
  }
  return undefined;
}
