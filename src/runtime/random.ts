/**
 * Counter-based random numbers: Philox 4×32-10 (Salmon, Moraes, Dror, Shaw 2011, "Parallel random numbers: as easy as
 * 1, 2, 3"). Every number is a pure function of (seed, stream, step, index), so nothing has to be saved to resume, no
 * two uses disturb each other, and every backend sees the same bits.
 *
 * Logarithm, sine and cosine are computed here from exactly defined operations, because JavaScript leaves the last bits
 * of `Math.log` and its kin to the engine.
 */

/** One independent sequence of numbers: the two halves of the seed and of the hashed name. */
export interface RandomStream {
  readonly seedLow: number;
  readonly seedHigh: number;
  readonly nameLow: number;
  readonly nameHigh: number;
}

/** The stream of a purpose, `randomStream(7, "h1.dropout")`. The seed is a whole number from 0 to 2^53 − 1. */
export function randomStream(seed: number, name: string): RandomStream {
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new RangeError(`A seed is a whole number from 0 to 2^53 − 1; found ${seed}.`);
  return {
    seedLow: seed >>> 0,
    seedHigh: Math.floor(seed / 2 ** 32),
    nameLow: hashText(name, 0x811c9dc5),
    nameHigh: hashText(name, 0x2545f491),
  };
}

/** FNV-1a over the UTF-16 code units, finished by MurmurHash3's mixer so that all bits depend on all of the text. */
function hashText(text: string, basis: number): number {
  let hash = basis;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    hash = Math.imul(hash ^ (unit & 0xff), 0x01000193);
    hash = Math.imul(hash ^ (unit >>> 8), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Ten rounds over a counter of four words with a key of two; the published test vectors hold. */
export function philox4x32(counter: Uint32Array, key: Uint32Array, out: Uint32Array): void {
  philoxInto(
    counter[0] ?? 0,
    counter[1] ?? 0,
    counter[2] ?? 0,
    counter[3] ?? 0,
    key[0] ?? 0,
    key[1] ?? 0,
    out,
  );
}

function philoxInto(
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  k0: number,
  k1: number,
  out: Uint32Array,
): void {
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(c0, 0xd251, 0x1f53);
    const low0 = Math.imul(c0, 0xd2511f53);
    const high1 = multiplyHigh(c2, 0xcd9e, 0x8d57);
    const low1 = Math.imul(c2, 0xcd9e8d57);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + 0x9e3779b9) | 0;
    k1 = (k1 + 0xbb67ae85) | 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/** The upper 32 bits of `word` × (high · 2^16 + low): products of halves, each below 2^32. */
function multiplyHigh(word: number, high: number, low: number): number {
  const wordHigh = word >>> 16;
  const wordLow = word & 0xffff;
  const middle = wordHigh * low + ((wordLow * low) >>> 16);
  const carry = wordLow * high + (middle & 0xffff);
  return (wordHigh * high + (middle >>> 16) + (carry >>> 16)) | 0;
}

/** Block `index` of a stream at a step: four words. */
function streamBlock(stream: RandomStream, step: number, index: number, out: Uint32Array): void {
  philoxInto(index, step, stream.nameHigh, stream.seedHigh, stream.seedLow, stream.nameLow, out);
}

/** Uniform numbers in [0, 1), multiples of 2^−24 (exact in float32), into the first `count` places of `target`. */
export function fillUniform(
  target: Float32Array,
  stream: RandomStream,
  step: number,
  count = target.length,
): void {
  const block = new Uint32Array(4);
  for (let index = 0; index < count; index++) {
    if ((index & 3) === 0) streamBlock(stream, step, index >>> 2, block);
    target[index] = ((block[index & 3] as number) >>> 8) * 2 ** -24;
  }
}

/** The words of a stream at a step, one after the other. */
export function randomWords(stream: RandomStream, step: number): () => number {
  const block = new Uint32Array(4);
  let index = 0;
  return () => {
    if ((index & 3) === 0) streamBlock(stream, step, index / 4, block);
    return block[index++ & 3] as number;
  };
}

/** A uniform number in [0, 1), a multiple of 2^−53. */
export function uniformFrom(words: () => number): number {
  const high = words() >>> 5;
  const low = words() >>> 6;
  return (high * 2 ** 26 + low) * 2 ** -53;
}

/** A whole number from 0 to `bound` − 1, each equally likely: words that would favour some are drawn again. */
export function integerBelow(words: () => number, bound: number): number {
  const limit = 2 ** 32 - (2 ** 32 % bound);
  let word = words();
  while (word >= limit) word = words();
  return word % bound;
}

/** Numbers of the standard normal distribution, by Box and Muller (1958): √(−2 ln u) · (cos 2πv, sin 2πv). */
export function normalFrom(words: () => number): () => number {
  // One array for all draws: thousands of weights are drawn before the first step, by code that has not been made fast yet.
  const pair = new Float64Array(2);
  let left = 0;
  return () => {
    if (left > 0) {
      left = 0;
      return pair[1]!;
    }
    const radius = Math.sqrt(-2 * logarithm(1 - uniformFrom(words)));
    turnInto(pair, uniformFrom(words));
    pair[0] = radius * pair[0]!;
    pair[1] = radius * pair[1]!;
    left = 1;
    return pair[0];
  };
}

/** The standard normal distribution cut at ±2: numbers beyond are drawn again. Its deviation is 0.8796. */
export function truncatedNormalFrom(words: () => number): () => number {
  const normal = normalFrom(words);
  return () => {
    let value = normal();
    while (Math.abs(value) > 2) value = normal();
    return value;
  };
}

/** ln x for 0 < x ≤ 1: x = m · 2^e with m near 1, and ln m = 2 artanh((m − 1) / (m + 1)) by its series. */
function logarithm(x: number): number {
  let mantissa = x;
  let exponent = 0;
  while (mantissa < Math.SQRT1_2) {
    mantissa *= 2;
    exponent -= 1;
  }
  const ratio = (mantissa - 1) / (mantissa + 1);
  const square = ratio * ratio;
  let sum = 0;
  for (let power = 23; power >= 1; power -= 2) sum = sum * square + 1 / power;
  return exponent * Math.LN2 + 2 * ratio * sum;
}

/** Cosine and sine of 2πv for 0 ≤ v < 1, by Taylor series in the octant around the nearest quarter turn. */
export function turn(v: number): readonly [cosine: number, sine: number] {
  const pair = new Float64Array(2);
  turnInto(pair, v);
  return [pair[0]!, pair[1]!];
}

function turnInto(pair: Float64Array, v: number): void {
  const quarter = Math.floor(4 * v + 0.5);
  const angle = 2 * Math.PI * (v - quarter / 4);
  const square = angle * angle;
  let cosine = 1;
  let sine = 1;
  for (let term = 18; term >= 2; term -= 2) {
    cosine = 1 - (cosine * square) / (term * (term - 1));
    sine = 1 - (sine * square) / (term * (term + 1));
  }
  sine *= angle;
  const isSwapped = quarter === 1 || quarter === 3;
  const along = isSwapped ? sine : cosine;
  const across = isSwapped ? cosine : sine;
  pair[0] = quarter === 1 || quarter === 2 ? -along : along;
  pair[1] = quarter === 2 || quarter === 3 ? -across : across;
}

/** Puts `values` in random order, every order equally likely (Fisher and Yates). */
export function shuffle(values: Uint32Array, words: () => number): void {
  for (let last = values.length - 1; last > 0; last--) {
    const chosen = integerBelow(words, last + 1);
    const value = values[last] as number;
    values[last] = values[chosen] as number;
    values[chosen] = value;
  }
}
