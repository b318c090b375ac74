import { gradientOf } from "./gradients.ts";
import type { Interpreted, Outcome, TrainingStep } from "./training-step.ts";

type Numbers = ArrayLike<number>;

/**
 * The interpretation in 32 bits rounds every result but adds up in 64. Backends add in 32 bits, in orders of their own, and the
 * longest sums here have some 4,000 terms: rounding at random walks 64 times as far.
 */
const timesRounding = 64;
const halfUnit = 2 ** -24;

/** What of a step on a backend (outputs, gradients, new weights, states) is farther from float64 than rounding to 32 bits explains. */
export function beyondRounding(
  step: TrainingStep & Interpreted,
  outcome: Outcome,
): readonly object[] {
  const far: object[] = [];
  const compare = (
    name: string,
    arrayOf: (of: Outcome) => Numbers,
    isCounted?: (place: number) => boolean,
  ): void => {
    const exact = arrayOf(step.exact);
    const tolerance = toleranceOf(exact, arrayOf(step.rounded));
    const difference = farthest(exact, arrayOf(outcome), isCounted);
    if (!(difference <= tolerance)) far.push({ name, difference, tolerance });
  };
  for (const path of Object.keys(step.frozen.gradients))
    compare(`gradient of ${path}`, (of) => gradientOf(step, path, of));
  for (const name of step.exact.keys())
    compare(name, (of) => of.get(name)!, isDetermined(step, name));
  return far;
}

/** Where rounding decides the sign of a gradient, the new weight may be anything: optimisers divide by the size of the gradient. */
function isDetermined(
  step: TrainingStep & Interpreted,
  name: string,
): ((place: number) => boolean) | undefined {
  if (!(name in step.frozen.gradients)) return undefined;
  const gradient = gradientOf(step, name, step.exact);
  const tolerance = toleranceOf(gradient, gradientOf(step, name, step.rounded));
  return (place) => Math.abs(gradient[place]!) > tolerance;
}

function toleranceOf(exact: Numbers, rounded: Numbers): number {
  let largest = 0;
  for (let place = 0; place < exact.length; place++)
    largest = Math.max(largest, Math.abs(exact[place]!));
  return timesRounding * (farthest(exact, rounded) + halfUnit * largest);
}

/** The largest difference from the elements of `exact`; NaN where something is no number. */
function farthest(
  exact: Numbers,
  found: Numbers,
  isCounted: (place: number) => boolean = () => true,
): number {
  let largest = 0;
  for (let place = 0; place < exact.length; place++)
    if (isCounted(place)) largest = Math.max(largest, Math.abs(found[place]! - exact[place]!));
  return largest;
}
