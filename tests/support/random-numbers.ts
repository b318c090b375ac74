/** Uniform numbers in [0, 1), the same for the same seed (mulberry32). */
export function uniformNumbers(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b1);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** `count` numbers in [low, high). */
export function randomArray(count: number, seed: number, low = -2, high = 2): Float64Array {
  const next = uniformNumbers(seed);
  return Float64Array.from({ length: count }, () => low + (high - low) * next());
}
