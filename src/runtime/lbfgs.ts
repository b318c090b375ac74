import { dot, firstLength, plus, type Minimizer, type Place } from "./minimizer.ts";
import type { NamedTensor } from "./safetensors.ts";
import { searchStrongWolfe } from "./strong-wolfe.ts";

/** A step s = x⁺ − x and how the gradient changed over it, y = ∇f⁺ − ∇f, as 32-bit numbers. */
interface Pair {
  readonly step: Float32Array;
  readonly change: Float32Array;
}

/**
 * Limited-memory BFGS: the direction −H ∇f from the last pairs (s, y) by the two-loop recursion, H₀ = (sᵀy / yᵀy) I; the length
 * by a search for the strong Wolfe conditions. Nocedal and Wright, Numerical Optimization (2006), algorithms 7.4 and 7.5.
 */
export function makeLbfgs(size: number, { history }: { readonly history: number }): Minimizer {
  let pairs: readonly Pair[] = [];
  return {
    async next(objective, from, rate) {
      if (from.gradient.every((value) => value === 0)) return from;
      const known = pairs.length > 0;
      const length = known ? rate : firstLength(from.gradient, rate);
      const found = await searchStrongWolfe(objective, from, direction(pairs, from), length);
      if (found !== from) {
        pairs = remember(pairs, from, found, history);
        return found;
      }
      if (!known) return from;
      // The pairs have become rounding errors: once more, down the gradient.
      pairs = [];
      return this.next(objective, from, rate);
    },
    save: () =>
      pairs.length === 0
        ? []
        : [
            together(
              "lbfgs/steps",
              pairs.map(({ step }) => step),
              size,
            ),
            together(
              "lbfgs/changes",
              pairs.map(({ change }) => change),
              size,
            ),
          ],
    restore(tensors) {
      const steps = tensors.get("lbfgs/steps");
      const changes = tensors.get("lbfgs/changes");
      const count = steps === undefined || changes === undefined ? 0 : steps.shape[0]!;
      const row = (tensor: NamedTensor | undefined, index: number): Float32Array =>
        tensor!.values.slice(index * size, (index + 1) * size);
      pairs = Array.from({ length: count }, (_, index) => ({
        step: row(steps, index),
        change: row(changes, index),
      }));
    },
  };
}

/** −H ∇f: algorithm 7.4, the newest pair last in the list. */
function direction(pairs: readonly Pair[], { gradient }: Place): Float64Array {
  let q: Float64Array = gradient.map((value) => -value);
  const weights = new Map<Pair, number>();
  for (const pair of pairs.toReversed()) {
    const weight = dot(pair.step, q) / dot(pair.step, pair.change);
    weights.set(pair, weight);
    q = plus(q, -weight, pair.change);
  }
  const newest = pairs.at(-1);
  if (newest !== undefined) {
    const scale = dot(newest.step, newest.change) / dot(newest.change, newest.change);
    q = q.map((value) => value * scale);
  }
  for (const pair of pairs) {
    const weight = dot(pair.change, q) / dot(pair.step, pair.change);
    q = plus(q, weights.get(pair)! - weight, pair.step);
  }
  return q;
}

/** The pairs with the newest one; a pair without positive curvature would make the direction point upwards. */
function remember(
  pairs: readonly Pair[],
  from: Place,
  to: Place,
  history: number,
): readonly Pair[] {
  const step = Float32Array.from(plus(to.point, -1, from.point));
  const change = Float32Array.from(plus(to.gradient, -1, from.gradient));
  const curvature = dot(step, change);
  const lengths = Math.sqrt(dot(step, step) * dot(change, change));
  return curvature > 1e-10 * lengths ? [...pairs, { step, change }].slice(-history) : pairs;
}

function together(name: string, rows: readonly Float32Array[], size: number): NamedTensor {
  const values = new Float32Array(rows.length * size);
  rows.forEach((row, index) => values.set(row, index * size));
  return { name, shape: [rows.length, size], values };
}
