import { known, size } from "../../src/compiler/ir/dim.ts";
import type { Axis, TensorType } from "../../src/compiler/ir/type.ts";
import type { ArgumentValues } from "../../src/compiler/library/arguments.ts";
import type {
  Definition,
  LayerDefinition,
  WeightSpecification,
} from "../../src/compiler/library/definition.ts";
import { library } from "../../src/compiler/library/index.ts";
import { argumentsOf } from "../support/library-values.ts";

/** A network as it is drawn and as it is cut smaller: what its spec is printed from. */
export interface Composition {
  /** Of the values of weights, inputs and random streams. */
  readonly seed: number;
  readonly inputs: readonly Tensor[];
  /** Trainable tensors without a batch. */
  readonly parameters: readonly Tensor[];
  readonly stages: readonly Stage[];
  readonly losses: readonly LossTerm[];
  readonly rules: readonly Rule[];
  readonly optimizer: string;
  readonly clip?: string;
  readonly batch: number;
  /** The rows of each training step: at most `batch`. */
  readonly rows: readonly number[];
}

/** A named tensor with named axes; `labels` where it holds labels, and how many there are. */
export interface Tensor {
  readonly name: string;
  readonly axes: readonly NamedSize[];
  readonly labels?: number;
}

export interface NamedSize {
  readonly name: string;
  readonly size: number;
}

/** An argument of an item: one value, or several in brackets. */
export interface Argument {
  readonly name: string;
  readonly parts: readonly (number | string)[];
}

/** An item of the library with its arguments. */
export interface Item {
  readonly item: string;
  readonly arguments: readonly Argument[];
}

/** A stage of the model: an item applied to values, or (`+`, `*`) their sum or product. */
export interface Stage extends Item {
  readonly name: string;
  readonly operands: readonly string[];
  /** `repeat` so many times, each with weights of its own. */
  readonly times?: number;
  /** All stages that share this name are one stage with one set of weights. */
  readonly shared?: string;
}

/** A loss on the value of a stage, against a field of the data that fits it. */
export interface LossTerm extends Item {
  readonly factor: number;
  readonly of: string;
}

/** `for weights(s1) { freeze: on }`: without a stage it speaks of all. */
export interface Rule {
  readonly target: "weights" | "biases" | "scales" | "parameters" | "activations" | "probabilities";
  readonly stage?: string;
  readonly setting: string;
}

/** What a composition is when its shapes are worked out; none where a stage does not take what it is given. */
export interface Elaborated {
  readonly types: ReadonlyMap<string, TensorType>;
  /** The weights of each stage, under the path that rules and ties use. */
  readonly weights: ReadonlyMap<string, readonly WeightSpecification[]>;
}

/** The operators that stand between values. */
export function isOperator(item: string): boolean {
  return item === "+" || item === "*";
}

/** Any layer, activation or function: what can be a stage. */
export function stageDefinition(item: string): Definition | undefined {
  return (
    library.find("layer", item) ??
    library.find("activation", item) ??
    library.find("function", item)
  );
}

/** Shapes from the inputs on, by the library's own rules. */
export function elaborate(composition: Composition): Elaborated | undefined {
  const types = new Map<string, TensorType>();
  const weights = new Map<string, readonly WeightSpecification[]>();
  for (const input of composition.inputs)
    types.set(input.name, typeOfTensor(input, composition.batch));
  for (const tensor of composition.parameters) types.set(tensor.name, typeOfTensor(tensor));
  for (const stage of composition.stages) {
    const operands = stage.operands.map((name) => types.get(name));
    if (!operands.every((type) => type !== undefined)) return undefined;
    const made = applyStage(stage, operands);
    if (made === undefined) return undefined;
    types.set(stage.name, made.type);
    if (made.weights.length > 0) weights.set(pathOf(stage), made.weights);
  }
  return { types, weights };
}

/** What a stage is called in paths of weights. */
export function pathOf({ name, shared }: Stage): string {
  return shared ?? name;
}

interface Applied {
  readonly type: TensorType;
  readonly weights: readonly WeightSpecification[];
}

/** The type of a stage on operands of these types, and the weights that it makes; nothing where it does not take them. */
export function applyStage(stage: Stage, operands: readonly TensorType[]): Applied | undefined {
  if (isOperator(stage.item)) return withoutWeights(combined(operands));
  const definition = stageDefinition(stage.item);
  if (definition?.kind === "layer") return applyLayer(definition, stage, operands);
  if (definition?.kind === "activation")
    return withoutWeights(activated(definition, stage, operands));
  if (definition?.kind !== "function" || operands.length !== definition.operands.length)
    return undefined;
  return withoutWeights(combined(operands));
}

function withoutWeights(type: TensorType | undefined): Applied | undefined {
  return type && { type, weights: [] };
}

function applyLayer(
  definition: LayerDefinition,
  { arguments: written, times = 1 }: Stage,
  operands: readonly TensorType[],
): Applied | undefined {
  if (definition.inputs !== "many" && operands.length !== 1) return undefined;
  if (operands.some(({ axes }) => axes[0]!.name !== undefined) && definition.name !== "concat")
    return undefined;
  let types = operands;
  let weights: readonly WeightSpecification[] = [];
  for (let round = 0; round < times; round++) {
    const given = valuesOf(definition, written);
    const values = definition.complete?.(types, given) ?? given;
    if ("problem" in values || definition.check?.(given) !== undefined) return undefined;
    const type = definition.infer(types, values as ArgumentValues);
    if ("problem" in type) return undefined;
    weights = definition.weights?.(types, values as ArgumentValues) ?? [];
    types = [type];
  }
  return { type: types[0]!, weights };
}

/** Activations work on numbers; softmax and its kin also need to know over which axis. */
function activated(
  definition: Definition & { readonly kind: "activation" },
  { arguments: written }: Stage,
  [type]: readonly TensorType[],
): TensorType | undefined {
  if (type?.element.kind !== "f32") return undefined;
  const over = written.find(({ name }) => name === "over");
  const names = type.axes.slice(1).map(({ name }) => name);
  const isClear =
    over === undefined
      ? names.includes("c") || names.length === 1
      : names.includes(String(over.parts[0]));
  return definition.over === true && !isClear ? undefined : type;
}

/** Elementwise operators take operands of one type, or a smaller one whose axes the larger one has by name. */
function combined(operands: readonly TensorType[]): TensorType | undefined {
  const [largest] = operands.toSorted((a, b) => b.axes.length - a.axes.length);
  const fits = (type: TensorType): boolean =>
    type.element.kind === "f32" &&
    (sameAxes(type.axes, largest!.axes) ||
      (type.axes.length < largest!.axes.length &&
        type.axes.every(
          ({ name, size: extent }) =>
            name !== undefined &&
            largest!.axes.some((axis) => axis.name === name && known(axis.size) === known(extent)),
        )));
  return operands.every(fits) ? largest : undefined;
}

export function sameAxes(left: readonly Axis[], right: readonly Axis[]): boolean {
  return (
    left.length === right.length &&
    left.every(
      ({ name, size: extent }, place) =>
        name === right[place]!.name && known(extent) === known(right[place]!.size),
    )
  );
}

/** The checked arguments of an item, with its defaults; those that are rules (`dropconnect`) are not its own. */
export function valuesOf(definition: Definition, written: readonly Argument[]): ArgumentValues {
  const value = ({ name, parts }: Argument): unknown => {
    const kind = definition.arguments[name]?.kind;
    const single = (part: number | string): unknown => (kind === "switch" ? part === "on" : part);
    return parts.length === 1 ? single(parts[0]!) : parts.map(single);
  };
  const takesAxes = definition.kind === "layer" && definition.axisArguments === true;
  const own = written.filter(({ name }) => takesAxes || Object.hasOwn(definition.arguments, name));
  return argumentsOf(
    definition,
    Object.fromEntries(own.map((argument) => [argument.name, value(argument)])),
  );
}

/** With a batch of so many rows in front, which has no name; a parameter has none. */
function typeOfTensor({ axes, labels }: Tensor, batch?: number): TensorType {
  return {
    element: labels === undefined ? { kind: "f32" } : { kind: "class", count: size(labels) },
    axes: [
      ...(batch === undefined ? [] : [{ size: size(batch) }]),
      ...axes.map((axis) => ({ name: axis.name, size: size(axis.size) })),
    ],
  };
}

/** The axes of a type besides the batch, in numbers. */
export function axesOf({ axes }: TensorType): readonly NamedSize[] {
  return axes
    .slice(1)
    .map(({ name, size: extent }) => ({ name: name ?? "_", size: known(extent)! }));
}

/** How many numbers a row has. */
export function elementsOf(type: TensorType): number {
  return axesOf(type).reduce((product, axis) => product * axis.size, 1);
}
