import {
  float32,
  interpret,
  interpretIn,
  type Interpreted,
} from "../../../compiler/ir/interpret.ts";
import { givenGradientName, gradientName } from "../../../compiler/plan/names.ts";
import type { Verification } from "../../../compiler/verification.ts";
import type { SameStep } from "./step-call.ts";

/** What a tensor should be, and by how much float32 may miss it. */
export interface Expected {
  readonly values: Float64Array;
  /** Of the tensor, or of each element. */
  readonly allowed: number | Float64Array;
  /** What deviations are a share of. */
  readonly scale: number;
}

/** The step as the float64 interpreter has it, with what rounding to float32 explains. */
export interface ExpectedStep {
  readonly loss: Expected;
  /** By the path of the weight. */
  readonly gradients: ReadonlyMap<string, Expected>;
  /** Results of the step and new values, by name. */
  readonly outputs: ReadonlyMap<string, Expected>;
  readonly updates: ReadonlyMap<string, Expected>;
}

/** Sums in another order and functions of some ulp lose a multiple of what rounded results lose. */
const timesRounding = 32;
/** Decisions that are undecided go one way or the other, some of them one and some the other. */
const timesUndecided = 2;

/** What no backend is asked for, as a share of the scale: 2⁻¹⁵, some 250 units in the last place. */
const floor = 2 ** -15;

/** A unit in the last place of float32 is at most this share of a number. */
const unit = 2 ** -23;

/** The step in another arithmetic, and how many times its distance from float64 is allowed. */
interface Other {
  readonly left: Interpreted;
  readonly times: number;
}

/** The step in float64 and in float32. */
export interface InterpretedStep {
  readonly exact: Interpreted;
  readonly others: readonly Other[];
}

/** Interprets the step in float64, and in float32 to see what that loses. */
export function interpretStep(verification: Verification, { bindings }: SameStep): InterpretedStep {
  const exact = interpret(verification.step, bindings);
  const rounded = interpretIn(float32, verification.simplified, bindings);
  return { exact, others: [{ left: rounded, times: timesRounding }] };
}

/**
 * Interprets it again with every comparison, and with every weight, a little to either side: a unit of a rectifier that lies within
 * rounding of 0 is on in one arithmetic and off in another, and both are right.
 */
export function interpretUndecided(
  verification: Verification,
  { bindings }: SameStep,
  { exact, others }: InterpretedStep,
): InterpretedStep {
  const { step, compiled } = verification;
  const moved = [1, -1].flatMap((side) => {
    const weights = compiled.parameters.map(
      ({ path }) => [path, scaledAside(bindings.values.get(path)!, side)] as const,
    );
    const values = new Map([...bindings.values, ...weights]);
    return [
      interpretIn({ compared: (data) => movedAside(data, side) }, step, bindings),
      interpret(step, { ...bindings, values }),
    ];
  });
  return { exact, others: [...others, ...moved.map((left) => ({ left, times: timesUndecided }))] };
}

/** By how much comparisons are moved, as a share of the largest operand, and weights, of themselves. */
const comparisonsBy = 2 ** -18;
const weightsBy = 2 ** -20;

/** Zeros are exact in every arithmetic; others move up or down, each by itself. */
function movedAside(data: Float64Array, side: number): Float64Array {
  const amount = side * comparisonsBy * largest(data);
  return data.map((value, place) => (value === 0 ? 0 : value + amount * signAt(place)));
}

function scaledAside(data: ArrayLike<number>, side: number): Float64Array {
  return Float64Array.from(data, (value, place) => value * (1 + side * weightsBy * signAt(place)));
}

/** Up or down, without a pattern. */
function signAt(place: number): 1 | -1 {
  return Math.imul(place + 1, 0x9e3779b1) & 0x10000 ? 1 : -1;
}

/** What backends are held against. */
export function expectedStep(
  verification: Verification,
  step: SameStep,
  interpreted: InterpretedStep,
): ExpectedStep {
  const gradients = expectedGradients(verification, interpreted);
  const outputs = new Map(
    [...verification.compiled.plans.train.results.keys()].map((name) => [
      name,
      expectedResult(name, interpreted),
    ]),
  );
  return {
    loss: outputs.get("loss")!,
    gradients,
    outputs,
    updates: expectedUpdates(verification, step, interpreted, gradients),
  };
}

function expectedResult(name: string, interpreted: InterpretedStep): Expected {
  const values = interpreted.exact.outputs.get(name)!;
  const scale = largest(values) || 1;
  return { values, scale, allowed: lostOf(name, interpreted) + floor * scale };
}

/** What other arithmetics make of a result, at its worst element. */
function lostOf(name: string, { exact, others }: InterpretedStep): number {
  const values = exact.outputs.get(name)!;
  return Math.max(
    ...others.map(({ left, times }) => times * lost(left.outputs.get(name)!, values)),
  );
}

/** A gradient is measured by the largest of its layer: that of a bias before a normalisation is 0 but for rounding. */
function expectedGradients(
  { weights }: Verification,
  interpreted: InterpretedStep,
): ReadonlyMap<string, Expected> {
  const valuesOf = (name: string): Float64Array =>
    interpreted.exact.outputs.get(gradientName(name))!;
  const scales = new Map<string, number>();
  for (const { name } of weights) {
    const layer = layerOf(name);
    scales.set(layer, Math.max(largest(valuesOf(name)), scales.get(layer) ?? 0));
  }
  const most = Math.max(0, ...scales.values()) || 1;
  return new Map(
    weights.map(({ name }) => {
      const scale = scales.get(layerOf(name)) || most;
      const allowed = lostOf(gradientName(name), interpreted) + floor * scale;
      return [name, { values: valuesOf(name), scale, allowed }];
    }),
  );
}

/** `stage1[2].conv.weight` → `stage1[2].conv`. */
function layerOf(path: string): string {
  return path.includes(".") ? path.slice(0, path.lastIndexOf(".")) : path;
}

function expectedUpdates(
  verification: Verification,
  step: SameStep,
  interpreted: InterpretedStep,
  gradients: ReadonlyMap<string, Expected>,
): ReadonlyMap<string, Expected> {
  const around = [1, -1].map((side) => updatesBy(verification, step, gradients, side));
  return new Map(
    [...interpreted.exact.updates.keys()].map((name) => {
      const follows = around.flatMap((updates) => updates.get(name) ?? []);
      const isMixed = follows.length === 0 || verification.mixed.has(name);
      const old = step.bindings.values.get(name)!;
      return [name, expectedUpdate(name, interpreted, { old, follows, isMixed })];
    }),
  );
}

/** What the step makes of gradients that are larger or smaller by what each is allowed. */
function updatesBy(
  { response }: Verification,
  { bindings }: SameStep,
  gradients: ReadonlyMap<string, Expected>,
  side: number,
): Interpreted["updates"] {
  const given = [...gradients].map(
    ([path, { values, allowed }]) =>
      [givenGradientName(path), values.map((value) => value + side * Number(allowed))] as const,
  );
  const values = new Map([...bindings.values, ...given]);
  return interpret(response, { ...bindings, values }).updates;
}

/**
 * A new value is measured by how far it moves. Where it follows from a gradient it may be off by what the step makes of a gradient a
 * little larger and smaller: an optimiser may divide by it, so that one of 0 but for rounding moves its weight as far as any.
 */
function expectedUpdate(
  name: string,
  { exact, others }: InterpretedStep,
  {
    old,
    follows,
    isMixed,
  }: {
    readonly old: ArrayLike<number>;
    readonly follows: readonly Float64Array[];
    /** Whether an element depends on other elements of the gradient. */
    readonly isMixed: boolean;
  },
): Expected {
  const values = exact.updates.get(name)!;
  const moves = Math.max(...[values, ...follows].map((one) => distance(old, one)));
  const scale = moves || largest(values) || 1;
  const found = others.map(({ left, times }) => ({ values: left.updates.get(name)!, times }));
  const ofAll = isMixed
    ? Math.max(...found.map((other) => other.times * lost(other.values, values)))
    : 0;
  const apart = isMixed ? [] : found.map((other) => other.values);
  const allowed = values.map((value, place) => {
    const differences = [...follows, ...apart].map((other) => gap(other[place]!, value));
    const rounding = ofAll + timesRounding * unit * Math.abs(value);
    return Math.max(0, ...differences) + rounding + floor * scale;
  });
  return { values, scale, allowed };
}

/** The greatest finite size of an element. */
export function largest(values: ArrayLike<number>): number {
  let most = 0;
  for (let place = 0; place < values.length; place++) {
    const size = Math.abs(values[place]!);
    if (size > most && size < Infinity) most = size;
  }
  return most;
}

/** The greatest finite difference of two elements. */
function distance(some: ArrayLike<number>, others: ArrayLike<number>): number {
  let most = 0;
  for (let place = 0; place < some.length; place++) {
    const between = gap(some[place]!, others[place]!);
    if (between > most && between < Infinity) most = between;
  }
  return most;
}

/** The greatest difference; infinite where one has a number and the other has none. */
function lost(some: ArrayLike<number>, others: ArrayLike<number>): number {
  let most = 0;
  for (let place = 0; place < some.length; place++)
    most = Math.max(most, gap(some[place]!, others[place]!));
  return most;
}

function gap(a: number, b: number): number {
  if (Object.is(a, b)) return 0;
  const between = Math.abs(a - b);
  return Number.isNaN(between) ? Infinity : between;
}
