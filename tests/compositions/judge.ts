import type { Reference, Observed } from "./reference.ts";
import { timesRounding } from "./reference.ts";

/** A tensor of a backend that is not what the network makes of rounding. */
export interface Deviation {
  readonly name: string;
  readonly place: number;
  readonly found: number;
  readonly expected: number;
  readonly allowed: number;
}

/** How a backend's training compares with the reference. */
export interface Judgement {
  readonly deviations: readonly Deviation[];
  /** The largest difference in units of what is allowed, and against the largest number of its tensor. */
  readonly worst: { readonly ofAllowed: number; readonly relative: number };
  readonly tensors: number;
  /** Tensors of which rounding may move the largest number by more than a hundredth: they say little. */
  readonly vague: number;
}

/** Functions may be off by several units in the last place of the largest number, even where rounding by chance was lucky. */
const leastUnits = 8 * 2 ** -24;
/** Below this float32 has gaps, and graphics cards have nothing. */
const tiny = 1e-30;

export function judge(observed: Observed, { truth, rounded }: Reference): Judgement {
  const deviations: Deviation[] = [];
  const worst = { ofAllowed: 0, relative: 0 };
  let vague = 0;
  for (const [name, expected] of truth) {
    const found = observed.get(name);
    const largest = largestOf(expected);
    const allowed = allowedOf(
      expected,
      rounded.map((each) => each.get(name)!),
    );
    if (largest > 0 && allowed > 0.01 * largest) vague++;
    const { place, difference } = farthest(found, expected);
    const ofAllowed = difference / allowed;
    worst.ofAllowed = Math.max(worst.ofAllowed, ofAllowed);
    if (allowed <= 0.01 * largest) worst.relative = Math.max(worst.relative, difference / largest);
    if (ofAllowed <= 1) continue;
    deviations.push({
      name,
      place,
      found: found?.[place] ?? NaN,
      expected: expected[place]!,
      allowed,
    });
  }
  return { deviations, worst, tensors: truth.size, vague };
}

function largestOf(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

/** Of a tensor: several times what chance roundings move its numbers at most. */
function allowedOf(expected: Float64Array, rounded: readonly Float64Array[]): number {
  const moved = Math.max(...rounded.map((values) => farthest(values, expected).difference));
  return timesRounding * moved + leastUnits * largestOf(expected) + tiny;
}

function farthest(
  found: Float64Array | undefined,
  expected: Float64Array,
): { readonly place: number; readonly difference: number } {
  let [place, difference] = [0, 0];
  if (found?.length !== expected.length) return { place, difference: Infinity };
  for (const [index, value] of expected.entries()) {
    const here = Math.abs(found[index]! - value);
    if (here <= difference) continue;
    [place, difference] = [index, Number.isNaN(here) ? Infinity : here];
  }
  return { place, difference };
}
