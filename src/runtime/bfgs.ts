import { dot, firstLength, plus, type Minimizer, type Place } from "./minimizer.ts";
import { searchStrongWolfe } from "./strong-wolfe.ts";

/**
 * BFGS with the whole inverse Hessian H: the direction −H ∇f, the length by a search for the strong Wolfe conditions, then
 * H ← (I − ρ s yᵀ) H (I − ρ y sᵀ) + ρ s sᵀ with ρ = 1 / yᵀs, and before the first update H = (sᵀy / yᵀy) I.
 * Nocedal and Wright, Numerical Optimization (2006), algorithm 6.1. H is kept as 32-bit numbers, `size` × `size` of them.
 */
export function makeBfgs(size: number): Minimizer {
  let inverse: Float32Array | undefined;
  return {
    async next(objective, from, rate) {
      if (from.gradient.every((value) => value === 0)) return from;
      const known = inverse !== undefined;
      const length = known ? rate : firstLength(from.gradient, rate);
      const direction = inverse === undefined ? from.gradient : times(inverse, from.gradient);
      const down = direction.map((value) => -value);
      const found = await searchStrongWolfe(objective, from, down, length);
      if (found !== from) {
        inverse = updated(inverse, from, found);
        return found;
      }
      if (!known) return from;
      // H has become rounding errors: once more, down the gradient.
      inverse = undefined;
      return this.next(objective, from, rate);
    },
    save: () =>
      inverse === undefined
        ? []
        : [{ name: "bfgs/inverse_hessian", shape: [size, size], values: inverse }],
    restore(tensors) {
      inverse = tensors.get("bfgs/inverse_hessian")?.values;
    },
  };
}

function times(matrix: Float32Array, vector: Float64Array): Float64Array {
  const size = vector.length;
  return vector.map((_, row) => dot(matrix.subarray(row * size, (row + 1) * size), vector));
}

/** H after the step from one place to another; as before where the step met no positive curvature. */
function updated(
  before: Float32Array | undefined,
  from: Place,
  to: Place,
): Float32Array | undefined {
  const step = plus(to.point, -1, from.point);
  const change = plus(to.gradient, -1, from.gradient);
  const curvature = dot(step, change);
  if (!(curvature > 1e-10 * Math.sqrt(dot(step, step) * dot(change, change)))) return before;
  const size = step.length;
  const inverse = before ?? scaledIdentity(size, curvature / dot(change, change));
  const product = times(inverse, change);
  const weight = (1 + dot(change, product) / curvature) / curvature;
  const next = new Float32Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const crossed = step[row]! * product[column]! + product[row]! * step[column]!;
      next[row * size + column] =
        inverse[row * size + column]! - crossed / curvature + weight * step[row]! * step[column]!;
    }
  }
  return next;
}

function scaledIdentity(size: number, scale: number): Float32Array {
  const matrix = new Float32Array(size * size);
  for (let row = 0; row < size; row++) matrix[row * size + row] = scale;
  return matrix;
}
