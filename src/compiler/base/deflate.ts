/**
 * Raw deflate (RFC 1951) in one block with codes of its own. The zlib of Node finds other matches on other machines; what is
 * generated must be the same bytes everywhere.
 */
export function deflate(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const tokens = tokensOf(bytes);
  const literals = lengthsOf(
    countOf(
      tokens.map(({ literal }) => literal),
      286,
    ),
    15,
  );
  const distances = lengthsOf(
    countOf(
      tokens.flatMap(({ distance }) => (distance === undefined ? [] : [distance.code])),
      30,
    ),
    15,
  );
  const out = new Bits();
  out.write(1, 1);
  out.write(2, 2);
  writeTables(out, literals, distances);
  const [literalCodes, distanceCodes] = [codesOf(literals), codesOf(distances)];
  for (const { literal, extra, distance } of tokens) {
    out.write(literalCodes[literal]!, literals[literal]!);
    if (distance === undefined) continue;
    out.write(extra.value, extra.bits);
    out.write(distanceCodes[distance.code]!, distances[distance.code]!);
    out.write(distance.value, distance.bits);
  }
  return out.finish();
}

interface Extra {
  readonly value: number;
  readonly bits: number;
}

/** A byte, the end (256), or a length with how far back it is to be copied from. */
interface Token {
  readonly literal: number;
  readonly extra: Extra;
  readonly distance: (Extra & { readonly code: number }) | undefined;
}

const none: Extra = { value: 0, bits: 0 };
const [shortest, longest, farthest, mostTries] = [3, 258, 32_768, 64];

interface Match {
  readonly length: number;
  readonly distance: number;
}

/** The longest match at every place, unless the next place has a longer one. */
function tokensOf(bytes: Uint8Array): readonly Token[] {
  const matches = new Matches(bytes);
  const tokens: Token[] = [];
  let place = 0;
  let match = matches.at(0);
  while (place < bytes.length) {
    const next = place + 1 < bytes.length ? matches.at(place + 1) : undefined;
    if (match === undefined || (next !== undefined && next.length > match.length)) {
      tokens.push({ literal: bytes[place]!, extra: none, distance: undefined });
      place++;
      match = next;
      continue;
    }
    tokens.push(copyOf(match));
    for (let skipped = place + 2; skipped < place + match.length; skipped++) matches.add(skipped);
    place += match.length;
    match = place < bytes.length ? matches.at(place) : undefined;
  }
  return [...tokens, { literal: 256, extra: none, distance: undefined }];
}

/** The places where each three bytes stood before, latest first. */
class Matches {
  private readonly bytes: Uint8Array;
  private readonly latest = new Map<number, number>();
  private readonly before: Int32Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.before = new Int32Array(bytes.length).fill(-1);
  }

  add(place: number): void {
    const { bytes } = this;
    if (place + shortest > bytes.length) return;
    const key = (bytes[place]! << 16) | (bytes[place + 1]! << 8) | bytes[place + 2]!;
    this.before[place] = this.latest.get(key) ?? -1;
    this.latest.set(key, place);
  }

  /** The longest match that ends before the data do; the place is then known for later ones. */
  at(place: number): Match | undefined {
    this.add(place);
    let best: Match | undefined;
    let from = this.before[place]!;
    for (let tries = 0; from >= 0 && place - from <= farthest && tries < mostTries; tries++) {
      const length = this.common(from, place);
      if (length >= shortest && length > (best?.length ?? 0))
        best = { length, distance: place - from };
      from = this.before[from]!;
    }
    return best;
  }

  private common(from: number, place: number): number {
    const { bytes } = this;
    const most = Math.min(longest, bytes.length - place);
    let length = 0;
    while (length < most && bytes[from + length] === bytes[place + length]) length++;
    return length;
  }
}

function copyOf({ length, distance }: Match): Token {
  const far = rangeOf(distance - 1, 2);
  const long = length === longest ? { code: 28, ...none } : rangeOf(length - shortest, 4);
  return { literal: 257 + long.code, extra: long, distance: far };
}

/** Codes come in groups of `group` that have equally many extra bits: none in the first two, then one more from group to group. */
function rangeOf(value: number, group: number): Extra & { readonly code: number } {
  const bits = Math.max(0, Math.clz32(group) - Math.clz32(Math.max(1, value)));
  const code = Math.floor(value / 2 ** bits) + bits * group;
  return { code, value: value % 2 ** bits, bits };
}

function countOf(symbols: readonly number[], size: number): number[] {
  const counts = Array.from({ length: size }, () => 0);
  for (const symbol of symbols) counts[symbol]!++;
  return counts;
}

/** Lengths of Huffman's code, none above `most`: rare symbols count as more frequent until that holds. */
function lengthsOf(counts: readonly number[], most: number): readonly number[] {
  const used = counts.flatMap((count, symbol) => (count > 0 ? [symbol] : []));
  // A code of one symbol, or of none, is written as one of two.
  for (const symbol of [0, 1]) if (used.length < 2 && !used.includes(symbol)) used.push(symbol);
  for (let least = 1; ; least *= 2) {
    const lengths = huffman(
      used.map((symbol) => ({ weight: Math.max(counts[symbol]!, least), symbols: [symbol] })),
      counts.length,
    );
    if (Math.max(...lengths) <= most) return lengths;
  }
}

function huffman(
  leaves: { weight: number; symbols: readonly number[] }[],
  size: number,
): readonly number[] {
  const lengths = Array.from({ length: size }, () => 0);
  const nodes = leaves.toSorted((a, b) => a.weight - b.weight || a.symbols[0]! - b.symbols[0]!);
  while (nodes.length > 1) {
    const [one, other] = nodes.splice(0, 2) as [(typeof nodes)[0], (typeof nodes)[0]];
    const joined = {
      weight: one.weight + other.weight,
      symbols: [...one.symbols, ...other.symbols],
    };
    for (const symbol of joined.symbols) lengths[symbol]!++;
    const after = nodes.findIndex((node) => node.weight > joined.weight);
    nodes.splice(after < 0 ? nodes.length : after, 0, joined);
  }
  return lengths;
}

/** The codes to the lengths, first bit lowest: shorter before longer, then by symbol. */
function codesOf(lengths: readonly number[]): readonly number[] {
  const codes = lengths.map(() => 0);
  let code = 0;
  for (let length = 1; length <= 15; length++) {
    code <<= 1;
    for (const [symbol, own] of lengths.entries())
      if (own === length) codes[symbol] = reversed(code++, length);
  }
  return codes;
}

function reversed(code: number, length: number): number {
  let result = 0;
  for (let bit = 0; bit < length; bit++) result |= ((code >> bit) & 1) << (length - 1 - bit);
  return result;
}

const orderOfLengths = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

function writeTables(out: Bits, literals: readonly number[], distances: readonly number[]): void {
  const trimmed = (lengths: readonly number[], least: number): readonly number[] =>
    lengths.slice(0, Math.max(least, lengths.findLastIndex((length) => length > 0) + 1));
  const [first, second] = [trimmed(literals, 257), trimmed(distances, 1)];
  const runs = runsOf([...first, ...second]);
  const lengths = lengthsOf(
    countOf(
      runs.map(({ symbol }) => symbol),
      19,
    ),
    7,
  );
  const codes = codesOf(lengths);
  const ordered = orderOfLengths.map((symbol) => lengths[symbol]!);
  const count = Math.max(4, ordered.findLastIndex((length) => length > 0) + 1);
  out.write(first.length - 257, 5);
  out.write(second.length - 1, 5);
  out.write(count - 4, 4);
  for (const length of ordered.slice(0, count)) out.write(length, 3);
  for (const { symbol, extra } of runs) {
    out.write(codes[symbol]!, lengths[symbol]!);
    out.write(extra.value, extra.bits);
  }
}

/** Lengths as symbols: 16 repeats the last one 3 to 6 times, 17 and 18 are 3 to 10 and 11 to 138 zeros. */
function runsOf(
  lengths: readonly number[],
): readonly { readonly symbol: number; readonly extra: Extra }[] {
  const runs: { symbol: number; extra: Extra }[] = [];
  for (let place = 0; place < lengths.length;) {
    const length = lengths[place]!;
    let run = 1;
    while (lengths[place + run] === length) run++;
    if (length === 0 && run >= 3) {
      run = Math.min(run, 138);
      runs.push(
        run <= 10
          ? { symbol: 17, extra: { value: run - 3, bits: 3 } }
          : { symbol: 18, extra: { value: run - 11, bits: 7 } },
      );
    } else if (run >= 4) {
      run = Math.min(run, 7);
      runs.push(
        { symbol: length, extra: none },
        { symbol: 16, extra: { value: run - 4, bits: 2 } },
      );
    } else {
      run = 1;
      runs.push({ symbol: length, extra: none });
    }
    place += run;
  }
  return runs;
}

/** Bits into bytes, lowest first. */
class Bits {
  private readonly bytes: number[] = [];
  private pending = 0;
  private count = 0;

  write(value: number, bits: number): void {
    this.pending |= value << this.count;
    this.count += bits;
    for (; this.count >= 8; this.count -= 8) {
      this.bytes.push(this.pending & 255);
      this.pending >>>= 8;
    }
  }

  finish(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.count > 0 ? [...this.bytes, this.pending & 255] : this.bytes);
  }
}
