import { cholesky, solveCholesky } from "./cholesky.ts";
import type { Minimizer, Objective } from "./minimizer.ts";
import { searchStrongWolfe } from "./strong-wolfe.ts";

/**
 * Newton's method with the exact Hessian H: the direction −(H + τ I)⁻¹ ∇f, the length by a search for the strong Wolfe
 * conditions. τ is `damping`; where H + τ I is not positive definite it grows until it is, so that the direction points
 * downwards and saddles are left instead of sought. Nocedal and Wright, Numerical Optimization (2006), algorithms 3.2 and 3.3.
 */
export function makeNewton(size: number, { damping }: { readonly damping: number }): Minimizer {
  return {
    async next(objective, from, rate) {
      if (from.gradient.every((value) => value === 0)) return from;
      const factor = positiveFactor(await hessian(objective, size), size, damping);
      const step = factor === undefined ? from.gradient : solveCholesky(factor, from.gradient);
      const down = step.map((value) => -value);
      return searchStrongWolfe(objective, from, down, rate);
    },
    // Each step begins afresh.
    save: () => [],
    restore: () => undefined,
  };
}

/** Column for column the Hessian times the unit vectors; made symmetric, as rounding leaves it only nearly so. */
async function hessian(objective: Objective, size: number): Promise<Float64Array> {
  const matrix = new Float64Array(size * size);
  const unit = new Float64Array(size);
  for (let column = 0; column < size; column++) {
    unit[column] = 1;
    const product = await objective.curvature(unit);
    unit[column] = 0;
    for (let row = 0; row < size; row++) matrix[row * size + column] = product[row]!;
  }
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < row; column++) {
      const mean = (matrix[row * size + column]! + matrix[column * size + row]!) / 2;
      matrix[row * size + column] = mean;
      matrix[column * size + row] = mean;
    }
  }
  return matrix;
}

/**
 * L of H + τ I = L Lᵀ for the first τ of damping, more, and so on doubled, that makes it positive definite; undefined where no
 * number does, because H is not finite.
 */
function positiveFactor(
  matrix: Float64Array,
  size: number,
  damping: number,
): Float64Array | undefined {
  let least = Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let row = 0; row < size; row++) {
    least = Math.min(least, matrix[row * size + row]!);
    largest = Math.max(largest, Math.abs(matrix[row * size + row]!));
  }
  let shift = least > 0 ? damping : damping - least;
  while (Number.isFinite(shift)) {
    const shifted = matrix.slice();
    for (let row = 0; row < size; row++) shifted[row * size + row]! += shift;
    const factor = cholesky(shifted, size);
    if (factor !== undefined) return factor;
    shift = Math.max(2 * shift, 1e-3 * largest, 1e-3);
  }
  return undefined;
}
