import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import { wrongKindOfValue } from "../../base/diagnostics/catalogue/arguments.ts";
import { dataWrittenTwice, unknownField } from "../../base/diagnostics/catalogue/data.ts";
import * as messages from "../../base/diagnostics/catalogue/training.ts";
import type { Span } from "../../base/source.ts";
import { suggest } from "../../base/suggest.ts";
import { equalDims, known, print, symbolsOf, type Dim } from "../../ir/dim.ts";
import type { TensorType } from "../../ir/type.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { TypedData, TypedModel } from "../../typed/program.ts";
import { printType, sameElement, sizesDiffer } from "./agreement.ts";
import { replace } from "./argument-values.ts";
import type { Binding, Context, Declaration } from "./context.ts";
import { snippet } from "./describe.ts";
import { child } from "./lookup.ts";
import { inferModel } from "./model.ts";
import { isSymbol } from "./types.ts";

/** Which field each input of the model takes: by name, or as `inputs: (image: picture)` says. Undefined when something was reported. */
export function inferInputs(
  context: Context,
  model: TypedModel,
  data: TypedData,
  setting: Ast.Setting | undefined,
  at: Span,
  bindable: Bindable = () => false,
): ReadonlyMap<string, string> | undefined {
  const renamed = setting
    ? readRenaming(context, model, data, setting)
    : new Map<string, Ast.Name>();
  if (!renamed) return undefined;
  const inputs = new Map<string, string>();
  const fields = data.fields.map((field) => field.name);
  let complete = true;
  for (const input of model.inputs) {
    const name = renamed.get(input.name)?.text ?? input.name;
    const field = data.fields.find((each) => each.name === name);
    if (!field) {
      const suggestion =
        suggest(name, fields) ??
        data.fields.find((each) => misfit(input.type, each.type, bindable) === undefined)?.name;
      const related = [
        { span: input.span, message: "the input" },
        { span: data.span, message: "the data" },
      ];
      context.report(
        diagnostic(
          messages.inputWithoutField,
          at,
          { input: input.name, model: model.name, data: data.name, fields, suggestion },
          { related },
        ),
      );
      complete = false;
      continue;
    }
    inputs.set(input.name, field.name);
    const why = misfit(input.type, field.type, bindable);
    if (why === undefined) continue;
    complete = false;
    const parameters = {
      input: input.name,
      expected: printType(input.type),
      field: field.name,
      found: printType(field.type),
      why,
    };
    const related = [
      { span: input.span, message: `the model takes \`${printType(input.type)}\`` },
      { span: field.span ?? data.span, message: `the data gives \`${printType(field.type)}\`` },
    ];
    context.report(
      diagnostic(messages.inputDoesNotFit, renamed.get(input.name)?.span ?? at, parameters, {
        related,
      }),
    );
  }
  return complete ? inputs : undefined;
}

function readRenaming(
  context: Context,
  model: TypedModel,
  data: TypedData,
  setting: Ast.Setting,
): ReadonlyMap<string, Ast.Name> | undefined {
  const { value } = setting;
  const renamed = new Map<string, Ast.Name>();
  const refuse = (span: Span) => {
    const expected = "names of inputs and fields: `(image: picture)`";
    context.report(
      diagnostic(wrongKindOfValue, span, {
        name: "inputs",
        expected,
        found: `\`${snippet(span)}\``,
      }),
    );
    return undefined;
  };
  if (value.kind !== "group") return refuse(value.span);
  const known = {
    inputs: model.inputs.map((input) => input.name),
    fields: data.fields.map((field) => field.name),
  };
  let complete = true;
  for (const { name: input, value: written, span } of value.arguments) {
    const field =
      written.kind === "reference" && written.path.length === 1 && written.arguments === undefined
        ? written.path[0]!
        : undefined;
    if (!input || !field) return refuse(span);
    const finding =
      findingFor(model, data, known, input, field) ??
      (renamed.has(input.text)
        ? diagnostic(dataWrittenTwice, input.span, { name: input.text })
        : undefined);
    if (finding) context.report(finding);
    complete &&= finding === undefined;
    renamed.set(input.text, field);
  }
  return complete ? renamed : undefined;
}

function findingFor(
  model: TypedModel,
  data: TypedData,
  known: { inputs: readonly string[]; fields: readonly string[] },
  input: Ast.Name,
  field: Ast.Name,
): ReturnType<typeof diagnostic> | undefined {
  if (!known.inputs.includes(input.text)) {
    const suggestion = suggest(input.text, known.inputs);
    return diagnostic(
      messages.unusedInput,
      input.span,
      { name: input.text, model: model.name, known: known.inputs, suggestion },
      fixes(input.span, suggestion),
    );
  }
  if (known.fields.includes(field.text)) return undefined;
  const suggestion = suggest(field.text, known.fields);
  return diagnostic(
    unknownField,
    field.span,
    { name: field.text, data: data.name, known: known.fields, suggestion },
    fixes(field.span, suggestion),
  );
}

function fixes(at: Span, suggestion: string | undefined): { fixes: ReturnType<typeof replace>[] } {
  return { fixes: suggestion === undefined ? [] : [replace(at, suggestion)] };
}

/** Why a field does not fit an input; the batch is the first axis of both. */
function misfit(input: TensorType, field: TensorType, bindable: Bindable): string | undefined {
  if (!sameElement(input.element, field.element)) return "the elements are of different kinds";
  if (input.axes.length !== field.axes.length)
    return `${input.axes.length} axes are not ${field.axes.length}`;
  const bound = new Map<string, TensorType["axes"][number]["size"]>();
  for (const [place, axis] of input.axes.entries()) {
    const other = field.axes[place]!;
    if (
      place > 0 &&
      axis.name !== undefined &&
      other.name !== undefined &&
      axis.name !== other.name
    )
      return `axis ${place + 1} is \`${axis.name}\` in the model and \`${other.name}\` in the data`;
    const earlier = bound.get(axis.size.key);
    if (equalDims(axis.size, other.size) && !earlier) continue;
    const free =
      place === 0 || (isBindable(axis.size, bindable) && known(other.size) !== undefined);
    if (free && (!earlier || equalDims(earlier, other.size))) bound.set(axis.size.key, other.size);
    else
      return sizesDiffer(
        axis.name ?? other.name ?? `axis ${place + 1}`,
        earlier ?? axis.size,
        other.size,
      );
  }
  return undefined;
}

/** Whether a symbol is the signature's own, which the run binds; a dim of the file stands for all sizes of its range. */
export type Bindable = (symbol: string) => boolean;

function isBindable(size: Dim, bindable: Bindable): boolean {
  const [symbol, ...others] = symbolsOf(size);
  return symbol !== undefined && others.length === 0 && print(size) === symbol && bindable(symbol);
}

/**
 * The model as this data makes it: symbols of its signature besides the batch (`x: f32[B, _: n]`) are bound by the run, as by any other
 * use of the model. The model itself where there are none; undefined when it has errors with these sizes (which are reported).
 */
export function modelOnData(
  context: Context,
  declaration: Declaration,
  model: TypedModel,
  inputs: ReadonlyMap<string, string>,
  data: TypedData,
  at: Span,
): TypedModel | undefined {
  const bound = new Map<string, Binding>();
  const bindable: Bindable = (symbol) => isSymbol(declaration.scope, symbol);
  for (const input of model.inputs) {
    const field = data.fields.find(({ name }) => name === inputs.get(input.name));
    for (const [place, axis] of input.type.axes.entries()) {
      const found = field?.type.axes[place]?.size;
      if (place === 0 || !found || known(found) === undefined || !isBindable(axis.size, bindable))
        continue;
      const { span } = input;
      const earlier = sizeOf(bound.get(print(axis.size)));
      if (earlier && field && !equalDims(earlier, found)) {
        const parameters = {
          input: input.name,
          expected: printType(input.type),
          field: field.name,
          found: printType(field.type),
          why: sizesDiffer(print(axis.size), earlier, found, [
            "by an earlier input",
            "by this one",
          ]),
        };
        context.report(
          diagnostic(messages.inputDoesNotFit, at, parameters, {
            related: [{ span, message: `the model takes \`${printType(input.type)}\`` }],
          }),
        );
        return undefined;
      }
      bound.set(print(axis.size), {
        kind: "value",
        value: { kind: "size", dim: found, span },
        span,
        symbol: true,
      });
    }
  }
  if (bound.size === 0) return model;
  return inferModel(
    { ...context, evaluated: new Map() },
    { item: declaration.item, scope: child(declaration.scope, bound) },
  );
}

function sizeOf(binding: Binding | undefined): Dim | undefined {
  return binding?.kind === "value" && binding.value.kind === "size" ? binding.value.dim : undefined;
}

/** Arrays of the batch and variables of the model are known by their names: true where a field and a parameter share one. */
export function reportSharedNames(
  context: Context,
  { name: model, weights }: TypedModel,
  { name: data, fields }: TypedData,
): boolean {
  const shared = weights.flatMap((weight) => {
    const field = fields.find(({ name }) => name === weight.path);
    return field === undefined ? [] : [{ weight, field }];
  });
  for (const { weight, field } of shared) {
    const related = field.span === undefined ? [] : [{ span: field.span, message: "the field" }];
    context.report(
      diagnostic(
        messages.fieldNamedAsParameter,
        weight.span,
        { field: field.name, data, model },
        { related },
      ),
    );
  }
  return shared.length > 0;
}
