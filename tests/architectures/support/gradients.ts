import { largestOf, type FrozenArray } from "./frozen.ts";
import { uniform } from "./numbers.ts";
import type { Outcome, TrainingStep } from "./training-step.ts";

/**
 * The gradient of a weight as the step shows it: a result of methods that move all weights together, the first velocity, the
 * first running mean over its share, or else the way that the weight went, over the rate.
 */
export function gradientOf(
  { compiled, network, scalars }: TrainingStep,
  path: string,
  outcome: Outcome,
): Float64Array {
  const whole = outcome.get(`gradient/${path}`) ?? outcome.get(`${path}/velocity`);
  if (whole !== undefined) return Float64Array.from(whole);
  const mean = outcome.get(`${path}/mean`);
  if (mean !== undefined) {
    const [share] = compiled.run.optimizer.use.arguments["betas"] as readonly number[];
    return Float64Array.from(mean, (value) => value / (1 - share!));
  }
  const before = network.values.get(path)!;
  const rate = scalars.get("rate")!;
  return Float64Array.from(outcome.get(path)!, (value, place) => (before[place]! - value) / rate);
}

/** What a difference between gradients of one weight is measured by. */
export interface Scale {
  /** The largest element; where all are zero but for rounding, the largest of the network. */
  readonly own: number;
  /** The same, but at least a hundredth of the largest of the network: what cancellation leaves is known less well. */
  readonly shared: number;
}

export function scalesOf({ frozen }: TrainingStep): ReadonlyMap<string, Scale> {
  const largest = new Map(
    Object.entries(frozen.gradients).map(([path, array]) => [path, largestOf(array)]),
  );
  const ofNetwork = Math.max(...largest.values());
  return new Map(
    [...largest].map(([path, own]) => [
      path,
      { own: own > 1e-9 * ofNetwork ? own : ofNetwork, shared: Math.max(own, ofNetwork / 100) },
    ]),
  );
}

/** The largest difference from the elements that PyTorch's step has left. */
export function farthestElement(found: Float64Array, { values, every = 1 }: FrozenArray): number {
  return Math.max(...values.map((value, place) => Math.abs(found[place * every]! - value)));
}

/** The largest difference from the sums under drawn signs, each over all elements. */
export function farthestSum(path: string, found: Float64Array, { sums = [] }: FrozenArray): number {
  const differences = sums.map((expected, index) => {
    const signs = uniform(`sum ${index} ${path}`, found.length);
    const sum = found.reduce(
      (total, value, place) => total + (signs[place]! < 0.5 ? -value : value),
      0,
    );
    return Math.abs(sum - expected);
  });
  return Math.max(0, ...differences);
}
