/** Multiples of 2^-24 in [0, 1), drawn from the key alone: mulberry32 from its FNV-1a hash, as scripts/fixtures/architectures.py has it. */
export function uniform(key: string, count: number): Float64Array {
  let state = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(key)) state = Math.imul(state ^ byte, 0x01000193);
  return Float64Array.from({ length: count }, () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 8) / 2 ** 24;
  });
}

/** The last word of a tensor's name says what it is: `input_bias`, `norm.scale`. */
export function kindOf(name: string): string {
  return name.split(/[._]/).at(-1)!;
}

/** A weight or a running statistic as it begins, of numbers that float32 has. */
export function drawn(key: string, name: string, shape: readonly number[]): Float64Array {
  const numbers = uniform(key, countOf(shape));
  const bound = Math.sqrt(6 / countOf(shape.slice(0, -1)));
  const valueOf = {
    scale: (u: number) => 0.5 + u,
    variance: (u: number) => 0.5 + u,
    slope: (u: number) => 0.1 + 0.3 * u,
    bias: (u: number) => (2 * u - 1) / 4,
    shift: (u: number) => (2 * u - 1) / 4,
    mean: (u: number) => (2 * u - 1) / 4,
  }[kindOf(name)];
  return numbers.map((u) => Math.fround(valueOf?.(u) ?? (2 * u - 1) * bound));
}

export function countOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
