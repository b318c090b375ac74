import { dot, plus, type Objective, type Place } from "./minimizer.ts";

/** The objective along a direction: φ(t) = f(x + t d) and its slope φ′(t) = ∇f · d. */
interface Along {
  readonly length: number;
  readonly value: number;
  readonly slope: number;
  readonly place: Place;
}

const SUFFICIENT = 1e-4;
const FLAT = 0.9;
const MOST_EVALUATIONS = 25;
/** Below this share of the value, differences of values are rounding of the 32 bits that it was summed in. */
const ROUNDING = 1e-6;

/**
 * A place along `direction` that satisfies the strong Wolfe conditions, φ(t) ≤ φ(0) + 1e-4 t φ′(0) and |φ′(t)| ≤ 0.9 |φ′(0)|:
 * algorithms 3.5 and 3.6 of Nocedal and Wright, Numerical Optimization (2006), with the safeguarded cubic interpolation of
 * Schmidt's minFunc, which PyTorch has too. Where values differ by rounding only, the slopes decide (the approximate Wolfe
 * condition of Hager and Zhang 2005). Gives `from` itself where nothing lower is found.
 */
export async function searchStrongWolfe(
  objective: Objective,
  from: Place,
  direction: Float64Array,
  firstLength: number,
): Promise<Place> {
  const start: Along = {
    length: 0,
    value: from.value,
    slope: dot(from.gradient, direction),
    place: from,
  };
  const at = async (length: number): Promise<Along> => {
    const place = await objective.evaluate(plus(from.point, length, direction));
    return { length, value: place.value, slope: dot(place.gradient, direction), place };
  };
  const rules = rulesFrom(start);
  let before = start;
  let here = await at(firstLength);
  for (let count = 1; count < MOST_EVALUATIONS; count++) {
    if (!rules.lowEnough(here) || (count > 1 && here.value >= before.value))
      return narrow(at, rules, before, here, count);
    if (rules.flatEnough(here)) return here.place;
    if (here.slope >= 0) return narrow(at, rules, here, before, count);
    const { length } = here;
    const next = cubicMinimum(before, here, [
      length + 0.01 * (length - before.length),
      10 * length,
    ]);
    before = here;
    here = await at(next);
  }
  return here.value < start.value ? here.place : from;
}

interface Rules {
  readonly lowEnough: (here: Along) => boolean;
  readonly flatEnough: (here: Along) => boolean;
}

function rulesFrom({ value, slope }: Along): Rules {
  const rounding = ROUNDING * Math.abs(value);
  return {
    lowEnough: (here) =>
      here.value <= value + SUFFICIENT * here.length * slope ||
      (Math.abs(here.value - value) <= rounding && here.slope <= (2 * SUFFICIENT - 1) * slope),
    flatEnough: (here) => Math.abs(here.slope) <= -FLAT * slope,
  };
}

/** Algorithm 3.6: `low` is the lowest place so far that is low enough, and the conditions hold somewhere before `high`. */
async function narrow(
  at: (length: number) => Promise<Along>,
  rules: Rules,
  low: Along,
  high: Along,
  evaluations: number,
): Promise<Place> {
  let nearEnd = false;
  for (let count = evaluations; count < MOST_EVALUATIONS; count++) {
    const [left, right] = [Math.min(low.length, high.length), Math.max(low.length, high.length)];
    const guess = cubicMinimum(low, high, [left, right]);
    const margin = 0.1 * (right - left);
    const close: boolean = Math.min(right - guess, guess - left) < margin;
    // A second guess at an end of the interval would hardly narrow it.
    const moved: boolean = close && (nearEnd || guess >= right || guess <= left);
    const length = !moved ? guess : right - guess < guess - left ? right - margin : left + margin;
    nearEnd = close && !moved;
    const here = await at(length);
    if (!rules.lowEnough(here) || here.value >= low.value + roundingOf(low, here)) high = here;
    else {
      if (rules.flatEnough(here)) return here.place;
      if (here.slope * (high.length - low.length) >= 0) high = low;
      low = here;
    }
  }
  return low.place;
}

/** Two values this near to each other are told apart by their slopes. */
function roundingOf(low: Along, here: Along): number {
  return Math.abs(here.slope) < Math.abs(low.slope) ? ROUNDING * Math.abs(low.value) : 0;
}

/** Where the cubic through both values and slopes is least, inside of the bounds; their middle where it has no minimum. */
function cubicMinimum(a: Along, b: Along, [least, most]: readonly [number, number]): number {
  const [left, right] = a.length <= b.length ? [a, b] : [b, a];
  const width = right.length - left.length;
  const first = left.slope + right.slope - (3 * (left.value - right.value)) / -width;
  const square = first * first - left.slope * right.slope;
  if (!(square >= 0)) return (least + most) / 2;
  const second = Math.sqrt(square);
  const place =
    right.length -
    width * ((right.slope + second - first) / (right.slope - left.slope + 2 * second));
  return Number.isFinite(place) ? Math.min(Math.max(place, least), most) : (least + most) / 2;
}
