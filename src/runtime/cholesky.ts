/**
 * The factor L of a symmetric A = L Lᵀ, row-major, or undefined where A is not positive definite. Only the lower half of A is read.
 */
export function cholesky(matrix: Float64Array, size: number): Float64Array | undefined {
  const factor = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    const own = factor.subarray(row * size, row * size + row + 1);
    for (let column = 0; column <= row; column++) {
      const other = factor.subarray(column * size, column * size + column);
      let sum = matrix[row * size + column]!;
      for (let inner = 0; inner < column; inner++) sum -= own[inner]! * other[inner]!;
      if (column < row) own[column] = sum / factor[column * size + column]!;
      else if (sum > 0) own[column] = Math.sqrt(sum);
      else return undefined;
    }
  }
  return factor;
}

/** x of L Lᵀ x = b. */
export function solveCholesky(factor: Float64Array, b: ArrayLike<number>): Float64Array {
  const size = b.length;
  const x = Float64Array.from(b);
  for (let row = 0; row < size; row++) {
    for (let inner = 0; inner < row; inner++) x[row]! -= factor[row * size + inner]! * x[inner]!;
    x[row]! /= factor[row * size + row]!;
  }
  for (let row = size - 1; row >= 0; row--) {
    for (let inner = row + 1; inner < size; inner++)
      x[row]! -= factor[inner * size + row]! * x[inner]!;
    x[row]! /= factor[row * size + row]!;
  }
  return x;
}

/** The inverse of L Lᵀ: M = L⁻¹ row by row, then Mᵀ M. */
export function invertCholesky(factor: Float64Array, size: number): Float64Array {
  const lower = invertTriangle(factor, size);
  const inverse = new Float64Array(size * size);
  for (let k = 0; k < size; k++) {
    const own = lower.subarray(k * size, k * size + k + 1);
    for (let row = 0; row <= k; row++) {
      const share = own[row]!;
      for (let column = 0; column <= row; column++)
        inverse[row * size + column]! += share * own[column]!;
    }
  }
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < row; column++)
      inverse[column * size + row] = inverse[row * size + column]!;
  }
  return inverse;
}

/** L⁻¹ of a lower triangle: row i is (the unit vector i less Σ over k < i of L[i, k] times row k) / L[i, i]. */
function invertTriangle(factor: Float64Array, size: number): Float64Array {
  const lower = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    const own = lower.subarray(row * size, (row + 1) * size);
    for (let k = 0; k < row; k++) {
      const share = factor[row * size + k]!;
      for (let column = 0; column <= k; column++) own[column]! -= share * lower[k * size + column]!;
    }
    const pivot = factor[row * size + row]!;
    own[row] = 1;
    for (let column = 0; column <= row; column++) own[column]! /= pivot;
  }
  return lower;
}
