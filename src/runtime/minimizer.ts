import type { NamedTensor } from "./safetensors.ts";

/** A point in the space of all trained weights, with what the objective is there. */
export interface Place {
  /** Every weight, one tensor after the other: numbers that 32 bits hold, because the device works with these. */
  readonly point: Float64Array;
  readonly value: number;
  readonly gradient: Float64Array;
}

/** What is to be made small; it may be asked for anywhere, and answers the same each time. */
export interface Objective {
  readonly evaluate: (point: Float64Array) => Promise<Place>;
  /** The Hessian at the point that was evaluated last, times a direction. */
  readonly curvature: (direction: Float64Array) => Promise<Float64Array>;
}

/** A method that goes from place to place and may remember where it has been. */
export interface Minimizer {
  /** A lower place; the same one where the method finds none. `rate` is the first length that is tried along its direction. */
  readonly next: (objective: Objective, from: Place, rate: number) => Promise<Place>;
  /** What it remembers, for a training that is interrupted, and the way back. */
  readonly save: () => readonly NamedTensor[];
  readonly restore: (tensors: ReadonlyMap<string, NamedTensor>) => void;
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}

/** a + factor·b */
export function plus(a: Float64Array, factor: number, b: ArrayLike<number>): Float64Array {
  return a.map((value, index) => value + factor * b[index]!);
}

/** The step before anything is known of the curvature: min(1, 1 / Σ|g|) times the rate, so that no weight moves further than 1. */
export function firstLength(gradient: Float64Array, rate: number): number {
  const sum = gradient.reduce((total, value) => total + Math.abs(value), 0);
  return Math.min(1, 1 / sum) * rate;
}
