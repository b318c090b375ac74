/** An array on the device: a texture on WebGL, the array itself on the CPU. */
export type Stored = Float32Array | GpuTexture;

interface GpuTexture {
  readonly output: ArrayLike<number>;
  toArray(): Float32Array;
  delete(): void;
}

/** A copy of its numbers. */
export function download(stored: Stored): Float32Array {
  return stored instanceof Float32Array ? stored.slice() : stored.toArray();
}

/** Frees it, where there is anything to free. */
export function discard(stored: Stored | undefined): void {
  if (stored !== undefined && !(stored instanceof Float32Array)) stored.delete();
}
