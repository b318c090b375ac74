import { FunctionBuilder, type Local, type Value } from "./encode/builder.ts";
import type { EmittedKernel } from "./nest/emit-kernel.ts";
import { shuffleWords, turned } from "./nest/shuffles.ts";

/** An array of random numbers, without gaps, and where what determines them stands. */
export interface RandomArray {
  readonly address: number;
  readonly elements: number;
  /** `streamWords` whole numbers: the two halves of the seed, the two of the hashed name, the step, and whether the module draws at all. */
  readonly words: number;
}

export const streamWords = 6;

/** Floats that four counters make. */
const perGroup = 16;
const multipliers = [0xd2511f53, 0xcd9e8d57] as const;
/** Added to the keys from round to round. */
const weyl = [0x9e3779b9, 0xbb67ae85] as const;
const rounds = 10;

/**
 * Fills an array with uniform numbers in [0, 1), bit for bit as the host does: Philox 4×32-10 (Salmon, Moraes, Dror, Shaw 2011) over
 * the counter (block, step, name, seed), a block of four numbers in each lane. Parts are groups of sixteen numbers.
 */
export function emitFill(array: RandomArray, name: string): EmittedKernel {
  const f = new FunctionBuilder(name, ["i32", "i32"]);
  const whole = Math.floor(array.elements / perGroup);
  const rest = array.elements % perGroup;
  const [group, pointer] = [f.local("i32"), f.local("i32")];
  const word = (place: number): void => {
    f.integer(0);
    f.memory("i32.load", array.words + 4 * place);
  };
  word(5);
  f.when(() => {
    const [seedLow, seedHigh, nameLow, nameHigh, step] = [0, 1, 2, 3, 4].map((place) =>
      f.hold(() => {
        word(place);
        f.op("i32x4.splat");
      }),
    ) as [Value, Value, Value, Value, Value];
    const block = (): readonly Value[] =>
      philox(f, [blocks(f, group), step, nameHigh, seedHigh], [seedLow, nameLow]).map((words) =>
        fraction(f, words),
      );
    f.get(f.parameter(0));
    f.set(group);
    f.get(group);
    f.integer(4 * perGroup);
    f.op("i32.mul");
    f.set(pointer);
    const mayRun = (): void => {
      for (const end of [(): void => f.get(f.parameter(1)), (): void => f.integer(whole)]) {
        f.get(group);
        end();
        f.op("i32.lt_s");
      }
      f.op("i32.and");
    };
    mayRun();
    f.when(() => {
      f.op("loop");
      store(f, turned(f, block()), pointer, array.address, perGroup);
      for (const [local, by] of [
        [group, 1],
        [pointer, 4 * perGroup],
      ] as const) {
        f.get(local);
        f.integer(by);
        f.op("i32.add");
        f.set(local);
      }
      mayRun();
      f.op("br_if", 0);
      f.op("end");
    });
    if (rest === 0) return;
    f.comment(`the last ${rest}`);
    f.get(f.parameter(1));
    f.integer(whole);
    f.op("i32.gt_s");
    f.when(() => store(f, turned(f, block()), pointer, array.address, rest));
  });
  return {
    function: f.finish(`${array.elements} random numbers (Philox 4×32-10)`),
    parts: fillParts(array),
  };
}

export function fillParts({ elements }: RandomArray): number {
  return Math.ceil(elements / perGroup);
}

/** The numbers of four blocks: 4·group + 0 … 3. */
function blocks(f: FunctionBuilder, group: Local): Value {
  return f.hold(() => {
    f.get(group);
    f.integer(4);
    f.op("i32.mul");
    f.op("i32x4.splat");
    f.words(0, 1, 2, 3);
    f.op("i32x4.add");
  });
}

/** Ten rounds on four counters of four words each, one in each lane. */
function philox(
  f: FunctionBuilder,
  counter: readonly [Value, Value, Value, Value],
  keys: readonly [Value, Value],
): readonly Value[] {
  let words = counter;
  for (let round = 0; round < rounds; round++) {
    const [key0, key1] = keys.map((key, which) => (): void => {
      key();
      if (round === 0) return;
      allLanes(f, Math.imul(weyl[which]!, round));
      f.op("i32x4.add");
    }) as [Value, Value];
    const [low0, high0] = product(f, words[0], multipliers[0]);
    const [low1, high1] = product(f, words[2], multipliers[1]);
    words = [mixed(f, high1, words[1], key0), low1, mixed(f, high0, words[3], key1), low0];
  }
  return words;
}

function allLanes(f: FunctionBuilder, word: number): void {
  f.words(word | 0, word | 0, word | 0, word | 0);
}

/** The lower and the upper 32 bits of four products. */
function product(f: FunctionBuilder, word: Value, factor: number): readonly [Value, Value] {
  const [first, last] = (["i64x2.extmul_low_i32x4_u", "i64x2.extmul_high_i32x4_u"] as const).map(
    (op) =>
      f.hold(() => {
        word();
        allLanes(f, factor);
        f.op(op);
      }),
  ) as [Value, Value];
  return [
    f.hold(() => shuffleWords(f, first, last, [0, 2, 4, 6])),
    f.hold(() => shuffleWords(f, first, last, [1, 3, 5, 7])),
  ];
}

function mixed(f: FunctionBuilder, ...[a, b, key]: readonly [Value, Value, Value]): Value {
  return f.hold(() => {
    a();
    b();
    f.op("v128.xor");
    key();
    f.op("v128.xor");
  });
}

/** The upper 24 bits as multiples of 2⁻²⁴: exact in float32. */
function fraction(f: FunctionBuilder, words: Value): Value {
  return f.hold(() => {
    words();
    f.integer(8);
    f.op("i32x4.shr_u");
    f.op("f32x4.convert_i32x4_s");
    f.splat(2 ** -24);
    f.op("f32x4.mul");
  });
}

/** Stores the first `count` numbers of four vectors; nothing beyond. */
function store(
  f: FunctionBuilder,
  vectors: readonly Value[],
  pointer: Local,
  address: number,
  count: number,
): void {
  for (const [place, vector] of vectors.entries()) {
    const own = Math.min(4, count - 4 * place);
    if (own === 4) {
      f.get(pointer);
      vector();
      f.memory("v128.store", address + 16 * place);
      continue;
    }
    for (let lane = 0; lane < own; lane++) {
      f.get(pointer);
      vector();
      f.memory("v128.store32_lane", address + 16 * place + 4 * lane, lane);
    }
  }
}
