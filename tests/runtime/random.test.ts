import { describe, expect, test } from "vitest";
import {
  fillUniform,
  integerBelow,
  normalFrom,
  philox4x32,
  randomStream,
  randomWords,
  shuffle,
  truncatedNormalFrom,
  uniformFrom,
} from "../../src/runtime/random.ts";

const words = (seed = 1, name = "test", step = 0) => randomWords(randomStream(seed, name), step);
const draw = (count: number, next: () => number) => Array.from({ length: count }, next);
const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const moment = (values: readonly number[], power: number) =>
  mean(values.map((value) => value ** power));

describe("Philox 4×32-10", () => {
  // kat_vectors of Random123 1.09: counter, key, result.
  test.each([
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ])("known answer %#", (counter, key, expected) => {
    const out = new Uint32Array(4);
    philox4x32(Uint32Array.from(counter), Uint32Array.from(key), out);
    expect([...out]).toEqual(expected);
  });
});

describe("streams", () => {
  test("are frozen: the same numbers in every version", () => {
    const target = new Float32Array(6);
    fillUniform(target, randomStream(7, "h1.dropout"), 3);
    expect([...target].map((value) => value * 2 ** 24)).toMatchInlineSnapshot(`
      [
        1930952,
        14882298,
        1973400,
        7630290,
        6989728,
        6119405,
      ]
    `);
  });

  test("a prefix does not depend on the length, nor on count", () => {
    const long = new Float32Array(1000);
    const short = new Float32Array(1000);
    fillUniform(long, randomStream(7, "a"), 1);
    fillUniform(short, randomStream(7, "a"), 1, 333);
    expect([...short.subarray(0, 333)]).toEqual([...long.subarray(0, 333)]);
    expect([...short.subarray(333)].every((value) => value === 0)).toBe(true);
  });

  test("differ by seed (both halves), name and step", () => {
    const first = (seed: number, name: string, step: number) => words(seed, name, step)();
    const all = [
      first(1, "a", 1),
      first(2, "a", 1),
      first(1 + 2 ** 32, "a", 1),
      first(1, "b", 1),
      first(1, "a", 2),
      first(1, "ab", 1),
      first(1, "ba", 1),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  test("refuse a seed that is no whole number", () => {
    for (const seed of [-1, 0.5, Number.NaN, 2 ** 53])
      expect(() => randomStream(seed, "a")).toThrow(RangeError);
  });
});

describe("distributions", () => {
  const count = 200_000;

  test("uniform: mean, variance, range, 256 equal bins (chi-square), no correlation of neighbours", () => {
    const target = new Float32Array(count);
    fillUniform(target, randomStream(5, "u"), 1);
    const values = [...target];
    expect(Math.min(...values.slice(0, 1e5))).toBeGreaterThanOrEqual(0);
    expect(values.every((value) => value < 1)).toBe(true);
    expect(Math.abs(mean(values) - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / count));
    expect(Math.abs(moment(values, 2) - 1 / 3)).toBeLessThan(4 * Math.sqrt(4 / 45 / count));
    const bins = Array.from({ length: 256 }, () => 0);
    for (const value of values) bins[Math.floor(value * 256)]!++;
    const chi = bins.reduce((sum, bin) => sum + (bin - count / 256) ** 2 / (count / 256), 0);
    expect(Math.abs(chi - 255)).toBeLessThan(4 * Math.sqrt(2 * 255));
    for (const lag of [1, 2, 3, 4]) {
      const correlation =
        mean(values.slice(lag).map((value, index) => (value - 0.5) * (values[index]! - 0.5))) * 12;
      expect(Math.abs(correlation)).toBeLessThan(4 / Math.sqrt(count));
    }
  });

  test("normal: four moments, tails, and the distribution function (Kolmogorov and Smirnov)", () => {
    const values = draw(count, normalFrom(words(9)));
    expect(Math.abs(mean(values))).toBeLessThan(4 / Math.sqrt(count));
    expect(Math.abs(moment(values, 2) - 1)).toBeLessThan(4 * Math.sqrt(2 / count));
    expect(Math.abs(moment(values, 3))).toBeLessThan(4 * Math.sqrt(15 / count));
    expect(Math.abs(moment(values, 4) - 3)).toBeLessThan(4 * Math.sqrt(96 / count));
    const share = (limit: number) => values.filter((value) => value < limit).length / count;
    for (const [limit, expected] of [
      [-3, 0.0013499],
      [-1.96, 0.0249979],
      [-1, 0.1586553],
      [0, 0.5],
      [0.5, 0.6914625],
      [2, 0.9772499],
      [3.5, 0.9997674],
    ] as const) {
      expect(Math.abs(share(limit) - expected)).toBeLessThan(
        4.5 * Math.sqrt((expected * (1 - expected)) / count),
      );
    }
  });

  test("normal equals Box and Muller computed with Math.log, cos, sin", () => {
    const uniforms = words(11);
    const values = draw(2000, normalFrom(words(11)));
    for (let index = 0; index < values.length; index += 2) {
      const radius = Math.sqrt(-2 * Math.log(1 - uniformFrom(uniforms)));
      const angle = 2 * Math.PI * uniformFrom(uniforms);
      expect(values[index]).toBeCloseTo(radius * Math.cos(angle), 13);
      expect(values[index + 1]).toBeCloseTo(radius * Math.sin(angle), 13);
    }
  });

  test("truncated normal: within ±2, deviation 0.87963", () => {
    const values = draw(count, truncatedNormalFrom(words(3)));
    expect(values.every((value) => Math.abs(value) <= 2)).toBe(true);
    expect(values.some((value) => Math.abs(value) > 1.99)).toBe(true);
    expect(Math.abs(mean(values))).toBeLessThan((4 * 0.88) / Math.sqrt(count));
    expect(Math.abs(Math.sqrt(moment(values, 2)) - 0.879626)).toBeLessThan(0.005);
  });

  test("integers below 3·2^30 are unbiased (a plain remainder would favour the first quarter twofold)", () => {
    const bound = 3 * 2 ** 30;
    const next = words(4);
    const values = draw(40_000, () => integerBelow(next, bound));
    expect(values.every((value) => value >= 0 && value < bound)).toBe(true);
    expect(
      Math.abs(values.filter((value) => value < bound / 3).length / values.length - 1 / 3),
    ).toBeLessThan(0.01);
  });

  test("shuffle gives each of the 24 orders of four equally often, and is a permutation", () => {
    const seen = new Map<string, number>();
    for (let step = 0; step < 24_000; step++) {
      const values = Uint32Array.of(0, 1, 2, 3);
      shuffle(values, words(1, "order", step));
      seen.set(values.join(""), (seen.get(values.join("")) ?? 0) + 1);
    }
    expect(seen.size).toBe(24);
    const chi = [...seen.values()].reduce((sum, times) => sum + (times - 1000) ** 2 / 1000, 0);
    expect(chi).toBeLessThan(23 + 4 * Math.sqrt(46));
    const many = Uint32Array.from({ length: 1000 }, (_, index) => index);
    shuffle(many, words());
    expect([...many].toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 1000 }, (_, index) => index),
    );
  });
});
