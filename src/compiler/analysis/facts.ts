import type { Span } from "../base/source.ts";
import { extentsOf } from "../extent.ts";
import { known, multiply, size } from "../ir/dim.ts";
import type { TensorType } from "../ir/type.ts";
import { library } from "../library/index.ts";
import type { Definition } from "../library/definition.ts";
import { printType } from "../passes/2-infer/agreement.ts";
import type { ObservedStage } from "../passes/2-infer/recording.ts";
import { otherSymbols, sizesOf } from "../passes/3-lower/sizes.ts";
import type * as Ast from "../syntax/ast.ts";
import { explainPath, type Explained } from "../typed/explain.ts";
import type { TypedModel, Weight } from "../typed/program.ts";
import { place, type Analysis } from "./analysis.ts";

export type { ObservedStage };
export { library, printType };

/** What a stage came to, as a person reads it. */
export interface StageFacts {
  readonly inputs: readonly string[];
  /** Undefined where the stage has an error. */
  readonly outputs: readonly string[] | undefined;
  /** Numbers that training changes, tied ones not among them; undefined while a size of them is open. */
  readonly parameters: number | undefined;
  /** Along each spatial axis, or `all` once the axis is pooled or mixed away; only in models whose sizes are known. */
  readonly receptiveField: Readonly<Record<string, number | "all">> | undefined;
  /** What applies to the weights, and where it is said. */
  readonly settings: readonly {
    readonly subject: string;
    readonly key: string;
    readonly value: string;
    readonly from: string;
    readonly at: Span | undefined;
  }[];
}

export function stageFacts(
  analysis: Analysis,
  observed: ObservedStage,
  detail: "shapes" | "all",
): StageFacts {
  const weights = [...observed.weights.values()].slice(observed.start, observed.end);
  return {
    inputs: observed.inputs.map(printType),
    outputs: observed.outputs?.map(printType),
    parameters: parametersOf(weights),
    receptiveField: detail === "all" ? fieldOf(analysis, observed) : undefined,
    settings: detail === "all" ? weights.flatMap((weight) => settingsOf(analysis, weight)) : [],
  };
}

function parametersOf(weights: readonly Weight[]): number | undefined {
  let sum = 0;
  for (const { shape, tied } of weights) {
    const numbers = tied ? 0 : known(multiply(...shape));
    if (numbers === undefined) return undefined;
    sum += numbers;
  }
  return sum;
}

/** The model that an observed value is of, where it is whole. */
function modelOf({ program }: Analysis, { value }: ObservedStage): TypedModel | undefined {
  return value && program.models.find((model) => model.values.includes(value));
}

function fieldOf(
  analysis: Analysis,
  observed: ObservedStage,
): StageFacts["receptiveField"] | undefined {
  const model = modelOf(analysis, observed);
  if (!model || !observed.value || otherSymbols({ model }).length > 0) return undefined;
  const extent = extentsOf(model, sizesOf({ model }, 1, new Map())).get(observed.value);
  if (!extent || extent.fields.size === 0) return undefined;
  return Object.fromEntries(
    [...extent.fields].map(([axis, field]) => [axis, field === "all" ? field : field.size]),
  );
}

function settingsOf(analysis: Analysis, weight: Weight): StageFacts["settings"] {
  const { program } = analysis;
  const owns = (model: TypedModel): boolean =>
    model.weights.some((each) => each.path === weight.path && each.span === weight.span);
  const runs = program.runs.filter(({ model }) => owns(model));
  const models = program.models.filter(owns);
  const { facts }: Explained = explainPath({ ...program, runs, models }, weight.path);
  return facts.map(({ subject, key, value, origin }) => ({
    subject,
    key,
    value,
    from: origin.from,
    at: place(analysis, origin.span),
  }));
}

/** The value of a hyper or dim in this compilation, as it is printed. */
export function valueOf({ program }: Analysis, item: Ast.Item): string | undefined {
  if (item.kind === "hyper") {
    const value = program.hypers.find(({ span }) => span === item.name.span)?.value;
    if (typeof value === "object") return value.definition.name;
    return typeof value === "boolean" ? (value ? "on" : "off") : value?.toString();
  }
  if (item.kind !== "dim") return undefined;
  const dim = program.dims.find(({ span }) => span === item.name.span);
  if (dim?.range) return `${dim.range.from} .. ${dim.range.to}`;
  return dim?.value?.toString() ?? (dim ? "any size" : undefined);
}

/** The types of a name of a body. */
export function typesOf({ recording }: Analysis, name: Ast.Name): readonly string[] | undefined {
  return recording.names.get(name)?.map(printType);
}

/** Whether a library item may stand after values of these types, with numbers in the place of arguments that have no default. */
export function accepts(definition: Definition, inputs: readonly TensorType[]): boolean {
  if (inputs.length === 0) return true;
  if (definition.kind === "function") return inputs.length <= definition.operands.length;
  if (definition.kind === "activation") return inputs.length === 1;
  if (definition.kind !== "layer") return false;
  if (inputs.length > 1) return definition.inputs === "many";
  const given: Record<string, unknown> = {};
  for (const [name, specification] of Object.entries(definition.arguments))
    given[name] =
      "default" in specification && specification.default !== undefined
        ? asValue(specification.kind, specification.default)
        : specification.kind === "size" && specification.optional !== true
          ? size(1)
          : undefined;
  try {
    const values = definition.complete?.(inputs, given as never) ?? given;
    if ("problem" in values) return false;
    return !("problem" in definition.infer(inputs, values as never));
  } catch {
    // An argument that has no default and is no size (a target shape, say): the item cannot be judged without it.
    return true;
  }
}

function asValue(kind: string, value: unknown): unknown {
  return typeof value === "number" && (kind === "size" || kind === "symbol or size")
    ? size(value)
    : value;
}

/** Whether a block may stand after values of these types: as many, of as many axes, with the names that they have. */
export function fits(item: Ast.BlockItem | Ast.ModelItem, inputs: readonly TensorType[]): boolean {
  if (inputs.length === 0) return true;
  return (
    item.inputs.length === inputs.length &&
    item.inputs.every(({ type }, index) => {
      const given = inputs[index]!;
      return (
        type.axes.length === given.axes.length &&
        type.axes.every(({ name, size: written }, place) => {
          const wanted = name?.text ?? bareName(written);
          const found = given.axes[place]!.name;
          return wanted === undefined || wanted === "_" || found === undefined || wanted === found;
        })
      );
    })
  );
}

function bareName(written: Ast.Expression): string | undefined {
  return written.kind === "reference" && written.path.length === 1
    ? written.path[0]!.text
    : undefined;
}
