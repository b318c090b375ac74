/** Eigenvalues from the largest down, and unit eigenvectors one after the other in `vectors`. */
export interface Eigen {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}

/**
 * All eigenvalues and eigenvectors of a symmetric matrix of n × n: Householder's reduction to a tridiagonal matrix, then QL with
 * implicit shifts (Wilkinson and Reinsch 1971; EISPACK tred2 and tql2). Signs are such that the largest part is positive.
 */
export function symmetricEigen(matrix: Float64Array, n: number): Eigen {
  const v = Float64Array.from(matrix);
  const d = new Float64Array(n);
  const e = new Float64Array(n);
  tridiagonalize(v, d, e, n);
  diagonalize(v, d, e, n);
  const order = Array.from(d, (_, index) => index).sort((a, b) => (d[b] ?? 0) - (d[a] ?? 0));
  const vectors = new Float64Array(n * n);
  order.forEach((column, place) => copyVector(v, column, vectors, place, n));
  return { values: Float64Array.from(order, (index) => d[index] ?? 0), vectors };
}

function copyVector(
  v: Float64Array,
  column: number,
  vectors: Float64Array,
  place: number,
  n: number,
): void {
  let largest = 0;
  for (let i = 0; i < n; i++) {
    const part = v[i * n + column]!;
    if (Math.abs(part) > Math.abs(largest) + 1e-12) largest = part;
  }
  const sign = largest < 0 ? -1 : 1;
  for (let i = 0; i < n; i++) vectors[place * n + i] = sign * v[i * n + column]!;
}

/** v becomes the orthogonal transformation, d the diagonal and e the subdiagonal (from place 1) of the tridiagonal matrix. */
function tridiagonalize(v: Float64Array, d: Float64Array, e: Float64Array, n: number): void {
  for (let i = n - 1; i > 0; i--) reflect(v, d, e, n, i);
  d[0] = 0;
  e[0] = 0;
  for (let i = 0; i < n; i++) accumulate(v, d, n, i);
}

/** Makes row i of the lower triangle zero but for the place beside the diagonal. */
function reflect(v: Float64Array, d: Float64Array, e: Float64Array, n: number, i: number): void {
  let scale = 0;
  for (let k = 0; k < i; k++) scale += Math.abs(v[i * n + k]!);
  if (i === 1 || scale === 0) {
    e[i] = v[i * n + i - 1]!;
    d[i] = 0;
    return;
  }
  let h = 0;
  for (let k = 0; k < i; k++) {
    v[i * n + k]! /= scale;
    h += v[i * n + k]! ** 2;
  }
  const f = v[i * n + i - 1]!;
  const g = f > 0 ? -Math.sqrt(h) : Math.sqrt(h);
  e[i] = scale * g;
  h -= f * g;
  v[i * n + i - 1] = f - g;
  updateRows(v, e, n, i, h);
  d[i] = h;
}

function updateRows(v: Float64Array, e: Float64Array, n: number, i: number, h: number): void {
  // e = A u / h, row by row of the lower triangle so that memory is read in order.
  e.fill(0, 0, i);
  for (let j = 0; j < i; j++) {
    const u = v[i * n + j]!;
    let sum = v[j * n + j]! * u;
    for (let k = 0; k < j; k++) {
      sum += v[j * n + k]! * v[i * n + k]!;
      e[k] = e[k]! + v[j * n + k]! * u;
    }
    e[j] = e[j]! + sum;
  }
  let dot = 0;
  for (let j = 0; j < i; j++) {
    v[j * n + i] = v[i * n + j]! / h;
    e[j] = e[j]! / h;
    dot += e[j]! * v[i * n + j]!;
  }
  const half = dot / (h + h);
  for (let j = 0; j < i; j++) {
    const f = v[i * n + j]!;
    const g = e[j]! - half * f;
    e[j] = g;
    for (let k = 0; k <= j; k++) v[j * n + k] = v[j * n + k]! - f * e[k]! - g * v[i * n + k]!;
  }
}

function accumulate(v: Float64Array, d: Float64Array, n: number, i: number): void {
  if (d[i] !== 0) {
    const g = new Float64Array(i);
    for (let k = 0; k < i; k++) {
      const u = v[i * n + k]!;
      for (let j = 0; j < i; j++) g[j] = g[j]! + u * v[k * n + j]!;
    }
    for (let k = 0; k < i; k++) {
      const u = v[k * n + i]!;
      for (let j = 0; j < i; j++) v[k * n + j] = v[k * n + j]! - g[j]! * u;
    }
  }
  d[i] = v[i * n + i]!;
  v[i * n + i] = 1;
  for (let k = 0; k < i; k++) {
    v[k * n + i] = 0;
    v[i * n + k] = 0;
  }
}

/** QL with implicit shifts: d becomes the eigenvalues, the columns of v the eigenvectors. */
function diagonalize(v: Float64Array, d: Float64Array, e: Float64Array, n: number): void {
  // The vectors are turned as rows of the transpose: both rows of a rotation then lie in one piece of memory.
  transpose(v, n);
  e.copyWithin(0, 1);
  e[n - 1] = 0;
  for (let l = 0; l < n; l++)
    for (let round = 0; round < 60; round++) {
      const m = firstSmall(d, e, l, n);
      if (m === l) break;
      sweep(v, d, e, n, l, m);
    }
  transpose(v, n);
}

function firstSmall(d: Float64Array, e: Float64Array, l: number, n: number): number {
  for (let m = l; m < n - 1; m++) {
    const size = Math.abs(d[m]!) + Math.abs(d[m + 1]!);
    if (Math.abs(e[m]!) <= Number.EPSILON * size) return m;
  }
  return n - 1;
}

function sweep(
  v: Float64Array,
  d: Float64Array,
  e: Float64Array,
  n: number,
  l: number,
  m: number,
): void {
  let g = (d[l + 1]! - d[l]!) / (2 * e[l]!);
  let r = Math.sqrt(g * g + 1);
  g = d[m]! - d[l]! + e[l]! / (g + (g < 0 ? -r : r));
  let s = 1;
  let c = 1;
  let p = 0;
  for (let i = m - 1; i >= l; i--) {
    const f = s * e[i]!;
    const b = c * e[i]!;
    r = Math.sqrt(f * f + g * g);
    e[i + 1] = r;
    if (r === 0) {
      d[i + 1] = d[i + 1]! - p;
      e[m] = 0;
      return;
    }
    s = f / r;
    c = g / r;
    g = d[i + 1]! - p;
    r = (d[i]! - g) * s + 2 * c * b;
    p = s * r;
    d[i + 1] = g + p;
    g = c * r - b;
    turnRows(v, n, i, s, c);
  }
  d[l] = d[l]! - p;
  e[l] = g;
  e[m] = 0;
}

function turnRows(v: Float64Array, n: number, i: number, s: number, c: number): void {
  const [upper, lower] = [i * n, (i + 1) * n];
  for (let k = 0; k < n; k++) {
    const f = v[lower + k]!;
    const g = v[upper + k]!;
    v[lower + k] = s * g + c * f;
    v[upper + k] = c * g - s * f;
  }
}

function transpose(v: Float64Array, n: number): void {
  for (let i = 0; i < n; i++)
    for (let j = 0; j < i; j++) {
      const kept = v[i * n + j]!;
      v[i * n + j] = v[j * n + i]!;
      v[j * n + i] = kept;
    }
}
