import type { ActivationDefinition, Normalization } from "../library/definition.ts";
import { operandsOf } from "../typed/operands.ts";
import type {
  LossExpression,
  Layer,
  TypedModel,
  TypedRun,
  Value,
  WeightSettings,
} from "../typed/program.ts";

/** A model with what applies to each of its weights; `run` is the run that trains it, where there is one. */
export interface Network {
  readonly model: TypedModel;
  readonly run: TypedRun | undefined;
  /** By the weight's path. */
  readonly settings: ReadonlyMap<string, WeightSettings>;
  /** The values of the model that are made of a value. */
  readonly users: ReadonlyMap<Value, readonly Value[]>;
}

export function networkOf(
  model: TypedModel,
  settings: readonly WeightSettings[],
  run?: TypedRun,
): Network {
  const users = new Map<Value, Value[]>();
  for (const value of model.values) {
    for (const operand of operandsOf(value)) {
      const known = users.get(operand);
      if (known) known.push(value);
      else users.set(operand, [value]);
    }
  }
  return { model, run, settings: new Map(settings.map((each) => [each.weight.path, each])), users };
}

/** The layer that makes a value. */
export function layerOf(value: Value): Layer | undefined {
  return value.body.kind === "layer" ? value.body.layer : undefined;
}

/** What the layer that makes a value normalises by, where it is a normalisation. */
export function normalizationOf(value: Value): Normalization | undefined {
  const layer = layerOf(value);
  return layer && normalizing(layer);
}

export function normalizing({ definition, arguments: values }: Layer): Normalization | undefined {
  return definition.normalizes?.(values);
}

/** Whether the layer that makes a value drops some of its numbers at random. */
export function isNoise(value: Value): boolean {
  const layer = layerOf(value);
  return layer?.definition.noise?.(layer.arguments) === true;
}

/** Whether a layer mixes its input with a matrix or kernel. */
export function isWeighted(value: Value): boolean {
  return layerOf(value)?.weights.some(({ role }) => role === "weights") ?? false;
}

/** The activation that makes a value; one that gives what it gets is none. */
export function activationOf(value: Value): ActivationDefinition | undefined {
  if (value.body.kind !== "activation") return undefined;
  const { definition } = value.body.use;
  return definition.transparent === true ? undefined : definition;
}

/** A way from a value to the next thing that counts. */
export interface Way {
  /** Absent where the way leads out of the model. */
  readonly end: Value | undefined;
  /** The values on the way, in order. */
  readonly through: readonly Value[];
}

/** Every way on from a value to the first values that `stops` accepts; each value is passed at most once. */
export function waysOn(
  network: Network,
  from: Value,
  stops: (value: Value) => boolean,
): readonly Way[] {
  const ways: Way[] = [];
  /** Each value that was passed, and the one before it. */
  const passed = new Map<Value, Value | undefined>([[from, undefined]]);
  for (const at of passed.keys()) {
    const users = network.users.get(at) ?? [];
    if (users.length === 0) ways.push({ end: undefined, through: pathTo(at, passed) });
    for (const user of users) {
      if (passed.has(user)) continue;
      if (stops(user)) ways.push({ end: user, through: pathTo(at, passed) });
      else passed.set(user, at);
    }
  }
  return ways;
}

/** The values after the first, up to `last`. */
function pathTo(last: Value, before: ReadonlyMap<Value, Value | undefined>): readonly Value[] {
  const path: Value[] = [];
  for (let at: Value | undefined = last; at && before.get(at); at = before.get(at)) path.push(at);
  return path.reverse();
}

/** The values that the given ones are made of, themselves included. */
export function ancestorsOf(values: Iterable<Value>): ReadonlySet<Value> {
  const found = new Set<Value>();
  const open = [...values];
  for (let value = open.pop(); value; value = open.pop()) {
    if (found.has(value)) continue;
    found.add(value);
    open.push(...operandsOf(value));
  }
  return found;
}

/** The values that a loss speaks of. */
export function lossOperands(loss: LossExpression): readonly Value[] {
  switch (loss.kind) {
    case "number":
      return [];
    case "loss":
      return loss.operands;
    case "arithmetic":
      return loss.operands.flatMap(lossOperands);
  }
}

/** Every use of a loss of the library in a loss. */
export function lossTerms(
  loss: LossExpression,
): readonly Extract<LossExpression, { kind: "loss" }>[] {
  switch (loss.kind) {
    case "number":
      return [];
    case "loss":
      return [loss];
    case "arithmetic":
      return loss.operands.flatMap(lossTerms);
  }
}

/** Whether training changes the weight, and from what its initialiser drew. */
export function isDrawnAndTrained(
  settings: WeightSettings | undefined,
): settings is WeightSettings {
  return (
    settings !== undefined &&
    settings.freeze?.value !== true &&
    settings.load === undefined &&
    settings.weight.tied === undefined
  );
}
