import { cholesky, invertCholesky } from "./cholesky.ts";
import type { Device } from "./device.ts";

/** A square matrix: the states that hold it and its inverse. */
export interface Factor {
  readonly name: string;
  readonly inverse: string;
  readonly size: number;
}

/** A layer whose curvature is the Kronecker product of two matrices. */
export interface KroneckerFactors {
  readonly inputs: Factor;
  readonly outputs: Factor;
  readonly damping: number;
  /** After how many steps the inverses are made anew. */
  readonly every: number;
}

/** The layers whose inverses are due at a step: the first, and each `every` steps after it. */
export function dueAt(
  layers: readonly KroneckerFactors[],
  step: number,
): readonly KroneckerFactors[] {
  return layers.filter(({ every }) => (step - 1) % every === 0);
}

/**
 * Reads A and G of each layer and writes (A + π √λ I)⁻¹ and (G + √λ / π I)⁻¹, λ the damping, computed in 64 bits. π divides the
 * damping by the mean eigenvalues of both: π² = (trace A / dim A) / (trace G / dim G) (Martens and Grosse 2015, section 6.3).
 */
export async function invertFactors(
  device: Device,
  layers: readonly KroneckerFactors[],
): Promise<void> {
  for (const { inputs, outputs, damping } of layers) {
    const a = await device.read(inputs.name);
    const g = await device.read(outputs.name);
    const ratio = meanDiagonal(a, inputs.size) / meanDiagonal(g, outputs.size);
    const balance = ratio > 0 && Number.isFinite(ratio) ? Math.sqrt(ratio) : 1;
    const root = Math.sqrt(damping);
    device.write(inputs.inverse, dampedInverse(a, inputs.size, balance * root));
    device.write(outputs.inverse, dampedInverse(g, outputs.size, root / balance));
  }
}

function meanDiagonal(matrix: Float32Array, size: number): number {
  let sum = 0;
  for (let row = 0; row < size; row++) sum += matrix[row * size + row]!;
  return sum / size;
}

/** (M + damping · I)⁻¹ of a symmetric M; where rounding has left M + damping · I without an inverse, with more damping. */
function dampedInverse(matrix: Float32Array, size: number, damping: number): Float32Array {
  for (let shift = damping; Number.isFinite(shift); shift *= 10) {
    const damped = Float64Array.from({ length: size * size }, (_, place) => {
      const row = Math.floor(place / size);
      const column = place % size;
      const mean = (matrix[place]! + matrix[column * size + row]!) / 2;
      return row === column ? mean + shift : mean;
    });
    const factor = cholesky(damped, size);
    if (factor !== undefined) return Float32Array.from(invertCholesky(factor, size));
  }
  // M is not finite; neither is the loss, and training ends.
  return new Float32Array(size * size).fill(Number.NaN);
}
