import type { TensorType } from "../../ir/type.ts";
import { operandsOf } from "../../typed/operands.ts";
import type { Layer, Value, Weight } from "../../typed/program.ts";
import type { CompileValue } from "./context.ts";
import { mostStages, nextId } from "./elaboration.ts";
import type { Elaboration, Frame } from "./elaboration.ts";

/** How much an elaboration has gathered at one moment. */
interface Mark {
  readonly values: number;
  readonly layers: number;
  readonly weights: number;
  readonly undecided: number;
  readonly rules: number;
  readonly stages: number;
}

/** One turn of a repeated stage that was written out: what it added, and what flowed in and out. */
export interface Turn {
  readonly path: string;
  readonly input: Value;
  readonly output: Extract<CompileValue, { kind: "tensor" }>;
  readonly values: readonly Value[];
  readonly layers: readonly Layer[];
  readonly weights: readonly Weight[];
  readonly undecided: Elaboration["undecided"];
  readonly stages: number;
}

export function markOf(elaboration: Elaboration): Mark {
  return {
    values: elaboration.values.length,
    layers: elaboration.layers.size,
    weights: elaboration.weights.size,
    undecided: elaboration.undecided.length,
    rules: elaboration.rules.length,
    stages: elaboration.stages,
  };
}

/** What a turn added since the mark; undefined where it cannot be copied, since it gathered rules or is no single value. */
export function turnSince(
  { elaboration, reuse }: Frame,
  mark: Mark,
  path: string,
  input: CompileValue,
  output: CompileValue | undefined,
): Turn | undefined {
  if (reuse || input.kind !== "tensor" || output?.kind !== "tensor") return undefined;
  if (elaboration.rules.length > mark.rules) return undefined;
  return {
    path,
    input: input.value,
    output,
    values: elaboration.values.slice(mark.values),
    layers: [...elaboration.layers.values()].slice(mark.layers),
    weights: [...elaboration.weights.values()].slice(mark.weights),
    undecided: elaboration.undecided.slice(mark.undecided),
    stages: elaboration.stages - mark.stages,
  };
}

/**
 * A turn on a value of the same type is the same as the turn before it but for its names, so that it need not be written out and proved
 * again. Undefined where it has to be.
 */
export function copyTurn(
  frame: Frame,
  turn: Turn,
  path: string,
  input: CompileValue,
): CompileValue | undefined {
  const { elaboration } = frame;
  if (input.kind !== "tensor" || !isSameType(input.value.type, turn.input.type)) return undefined;
  if (elaboration.stages + turn.stages > mostStages) return undefined;
  elaboration.stages += turn.stages;
  const rename = (name: string): string =>
    name === turn.path || name.startsWith(`${turn.path}.`)
      ? `${path}${name.slice(turn.path.length)}`
      : name;
  const weights = new Map(turn.weights.map((weight) => [weight, renamedWeight(weight, rename)]));
  const layers = new Map(turn.layers.map((layer) => [layer, renamedLayer(layer, weights, rename)]));
  for (const weight of weights.values()) elaboration.weights.set(weight.path, weight);
  for (const layer of layers.values()) elaboration.layers.set(layer.path, layer);
  const values = new Map<Value, Value>([[turn.input, input.value]]);
  for (const value of turn.values) {
    const copy: Value = {
      ...value,
      id: nextId(frame.context),
      ...(value.name !== undefined && { name: rename(value.name) }),
      ...(value.aliases && { aliases: value.aliases.map(rename) }),
      body: bodyOf(value.body, { values, layers, weights, rename }),
    };
    values.set(value, copy);
    elaboration.values.push(copy);
    copyTrail(elaboration, turn.input, input.value, value, copy);
  }
  for (const { weight, after } of turn.undecided)
    elaboration.undecided.push({
      weight: weights.get(weight) ?? weight,
      after: values.get(after) ?? after,
    });
  const { output } = turn;
  return { ...output, value: values.get(output.value) ?? output.value };
}

function isSameType(a: TensorType, b: TensorType): boolean {
  if (a.axes.length !== b.axes.length || a.element.kind !== b.element.kind) return false;
  if (a.element.kind === "class" && b.element.kind === "class")
    if (a.element.count.key !== b.element.count.key) return false;
  return a.axes.every(
    ({ name, size }, place) => name === b.axes[place]!.name && size.key === b.axes[place]!.size.key,
  );
}

function renamedWeight(weight: Weight, rename: (name: string) => string): Weight {
  const path = rename(weight.path);
  return weight.tied
    ? { ...weight, path, tied: { ...weight.tied, to: rename(weight.tied.to) } }
    : { ...weight, path };
}

function renamedLayer(
  layer: Layer,
  weights: ReadonlyMap<Weight, Weight>,
  rename: (name: string) => string,
): Layer {
  return {
    ...layer,
    path: rename(layer.path),
    weights: layer.weights.map((weight) => weights.get(weight) ?? weight),
    states: layer.states.map((state) => ({ ...state, path: rename(state.path) })),
  };
}

interface Copies {
  readonly values: ReadonlyMap<Value, Value>;
  readonly layers: ReadonlyMap<Layer, Layer>;
  readonly weights: ReadonlyMap<Weight, Weight>;
  readonly rename: (name: string) => string;
}

/** What a value is made of, in the copy. */
function bodyOf(body: Value["body"], { values, layers, weights, rename }: Copies): Value["body"] {
  const copyOf = (value: Value): Value => values.get(value) ?? value;
  switch (body.kind) {
    case "layer":
      return {
        kind: "layer",
        layer: layers.get(body.layer) ?? body.layer,
        inputs: body.inputs.map(copyOf),
      };
    case "activation":
      return { ...body, path: rename(body.path), input: copyOf(body.input) };
    case "parameter":
      return { kind: "parameter", weight: weights.get(body.weight) ?? body.weight };
    case "call":
    case "arithmetic":
    case "compare":
      return { ...body, operands: body.operands.map(copyOf) };
    case "select":
      return {
        kind: "select",
        condition: copyOf(body.condition),
        then: copyOf(body.then),
        else: copyOf(body.else),
      };
    default:
      return body;
  }
}

/** The steps inside the turn stay; those that led to it are those that lead to the copy. */
function copyTrail(
  { trails }: Elaboration,
  before: Value,
  input: Value,
  value: Value,
  copy: Value,
): void {
  const outside = trails.get(before) ?? [];
  const trail = trails.get(value) ?? [];
  const inside = trail.filter((step) => !outside.includes(step));
  const leads = inside.length < trail.length || operandsOf(value).length > 0;
  trails.set(copy, leads ? [...(trails.get(input) ?? []), ...inside].slice(-4) : inside);
}
