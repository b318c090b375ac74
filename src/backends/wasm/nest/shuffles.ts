import type { FunctionBuilder, Value } from "../encode/builder.ts";

/** Puts four words of two vectors on the stack: 0 … 3 are those of the first, 4 … 7 those of the second. */
export function shuffleWords(
  f: FunctionBuilder,
  a: Value,
  b: Value,
  words: readonly [number, number, number, number],
): void {
  a();
  b();
  f.op("i8x16.shuffle", ...words.flatMap((word) => [0, 1, 2, 3].map((byte) => 4 * word + byte)));
}

/** The columns of four vectors: pairs of lanes, then pairs of pairs. */
export function turned(f: FunctionBuilder, rows: readonly Value[]): readonly Value[] {
  const mixed = (a: Value, b: Value, words: readonly [number, number, number, number]): Value =>
    f.hold(() => shuffleWords(f, a, b, words));
  const [a, b, c, d] = rows as readonly [Value, Value, Value, Value];
  const [low, high, first, second] = [
    [0, 4, 1, 5],
    [2, 6, 3, 7],
    [0, 1, 4, 5],
    [2, 3, 6, 7],
  ] as const;
  const pairs = [mixed(a, b, low), mixed(c, d, low), mixed(a, b, high), mixed(c, d, high)] as const;
  return [
    mixed(pairs[0], pairs[1], first),
    mixed(pairs[0], pairs[1], second),
    mixed(pairs[2], pairs[3], first),
    mixed(pairs[2], pairs[3], second),
  ];
}
