import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { autoAugment } from "../../src/runtime/augment-auto.ts";
import { anyOf, sometimes } from "../../src/runtime/augment-choose.ts";
import {
  brightness,
  contrast,
  noise,
  pcaColor,
  sensorNoise,
} from "../../src/runtime/augment-color.ts";
import type { Augmentation } from "../../src/runtime/picture.ts";
import { channelRanges, colorComponents } from "../../src/runtime/color-statistics.ts";
import type { Column } from "../../src/runtime/dataset.ts";
import { expectClose } from "../support/close.ts";
import { chiSquared, counted, mean, picture, rows, variance } from "./support/pictures.ts";

const fixture = (
  JSON.parse(readFileSync("tests/fixtures/augment.json", "utf8")) as {
    pixels: { values: readonly number[]; covariance: readonly number[] };
  }
).pixels;
const column = (values: ArrayLike<number>, size: number): Column => ({
  field: { name: "image", shape: [size] },
  size,
  values: Float32Array.from(values),
});
const grey = picture(1, 4, 2, [0, 10, 1, 20, 2, 30, 3, 40]);
const ranges = [
  { least: 0, greatest: 4 },
  { least: 0, greatest: 40 },
];

describe("statistics of the training rows", () => {
  test("ranges by channel, of the given rows only", () => {
    const values = [1, 50, 3, 20, 7, 10, 5, 90, -900, 900, 0, 0];
    expect(channelRanges(column(values, 4), Uint32Array.of(0, 1), 2)).toEqual([
      { least: 1, greatest: 7 },
      { least: 10, greatest: 90 },
    ]);
  });

  test("components: their directions and variances make up NumPy's covariance", () => {
    const components = colorComponents(
      column(fixture.values, 6),
      Uint32Array.from({ length: 250 }, (_, row) => row),
      3,
    );
    const rebuilt = [0, 1, 2].flatMap((a) =>
      [0, 1, 2].map((b) =>
        components.reduce(
          (sum, { direction, variance: v }) => sum + v * direction[a]! * direction[b]!,
          0,
        ),
      ),
    );
    expectClose(rebuilt, fixture.covariance, { relative: 1e-6, absolute: 1e-6 });
    expect(components.map(({ direction }) => Math.hypot(...direction))).toEqual(
      components.map(() => expect.closeTo(1, 10)),
    );
  });
});

describe("draws", () => {
  const many = rows(4000);
  const differences = (step: Augmentation, place: number) =>
    many.map((random) => step(grey, random).values[place]! - grey.values[place]!);

  test("brightness: one number for a picture, uniform in ± the share of each channel's range", () => {
    const first = many.map((random) =>
      brightness(0.25, ranges)(grey, random).values.map(
        (value, place) => value - grey.values[place]!,
      ),
    );
    for (const values of first.slice(0, 50)) {
      expect(values[2]).toBeCloseTo(values[0]!, 4);
      expect(values[1]).toBeCloseTo(10 * values[0]!, 3);
    }
    const amounts = first.map((values) => values[0]!);
    expect(Math.max(...amounts.map(Math.abs))).toBeLessThanOrEqual(1);
    expect(Math.abs(mean(amounts))).toBeLessThan(5 / Math.sqrt(3 * 4000));
    expect(Math.abs(variance(amounts) * 3 - 1)).toBeLessThan(0.08);
  });

  test("contrast: distances from the channel's mean by a factor uniform in 1 ± share", () => {
    const made = many.map((random) => contrast(0.3)(grey, random).values);
    for (const values of made.slice(0, 50))
      expect((values[0]! + values[2]! + values[4]! + values[6]!) / 4).toBeCloseTo(1.5, 4);
    const factors = made.map((values) => (values[7]! - values[1]!) / 30);
    expect(Math.abs(mean(factors) - 1)).toBeLessThan(5 * (0.3 / Math.sqrt(3 * 4000)));
    expect(Math.abs(variance(factors) / (0.09 / 3) - 1)).toBeLessThan(0.08);
    expect(Math.max(...factors.map((factor) => Math.abs(factor - 1)))).toBeLessThanOrEqual(0.3001);
  });

  test("noise: normal, of its deviation, and of its own for every value", () => {
    const [a, b] = [differences(noise(0.1, ranges), 0), differences(noise(0.1, ranges), 3)];
    expect(Math.abs(mean(a))).toBeLessThan((5 * 0.4) / Math.sqrt(4000));
    expect(Math.abs(variance(a) / 0.16 - 1)).toBeLessThan(0.12);
    expect(Math.abs(variance(b) / 16 - 1)).toBeLessThan(0.12);
    expect(Math.abs(mean(a.map((value) => value ** 4)) / (3 * 0.16 ** 2) - 1)).toBeLessThan(0.3);
    expect(Math.abs(mean(a.map((value, row) => value * b[row]!)) / (0.4 * 4))).toBeLessThan(
      5 / Math.sqrt(4000),
    );
  });

  test("noise of a sensor: none in black, the variance in proportion to the brightness", () => {
    const at = (place: number) => variance(differences(sensorNoise(0.1, ranges), place));
    expect(at(0)).toBe(0);
    expect(Math.abs(at(2) / (0.16 / 4) - 1)).toBeLessThan(0.12);
    expect(Math.abs(at(6) / ((0.16 * 3) / 4) - 1)).toBeLessThan(0.12);
  });

  test("pca_color: the shifts have the covariance of the training pixels, times the deviation squared", () => {
    const components = colorComponents(
      column(fixture.values, 3),
      Uint32Array.from({ length: 500 }, (_, row) => row),
      3,
    );
    const black = picture(2, 1, 3, [0, 0, 0, 0, 0, 0]);
    const shifts = rows(20000).map((random) => pcaColor(0.1, components)(black, random).values);
    for (const values of shifts.slice(0, 20))
      expect([...values.subarray(3)]).toEqual([...values.subarray(0, 3)]);
    const scale = Math.max(...fixture.covariance.map(Math.abs)) * 0.01;
    for (const [a, b] of [
      [0, 0],
      [1, 1],
      [2, 2],
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const) {
      const found = mean(shifts.map((values) => values[a]! * values[b]!));
      expect(Math.abs(found - 0.01 * fixture.covariance[3 * a + b]!) / scale).toBeLessThan(0.06);
    }
  });
});

describe("choices", () => {
  const add =
    (amount: number): Augmentation =>
    (x) => ({ ...x, values: x.values.map((value) => value * 10 + amount) });
  const one = picture(1, 1, 1, [0]);

  test("sometimes does all of its steps, in order, with its chance", () => {
    const results = rows(10000).map(
      (random) => sometimes(0.3, [add(1), add(2)])(one, random).values[0]!,
    );
    const share = results.filter((value) => value === 12).length / 10000;
    expect(results.every((value) => value === 0 || value === 12)).toBe(true);
    expect(Math.abs(share - 0.3)).toBeLessThan(5 * Math.sqrt(0.21 / 10000));
  });

  test("any_of: every subset equally often, in the written order", () => {
    const pick = anyOf([[add(1)], [add(2)], [add(3)], [add(4)]], 2);
    const results = rows(12000).map((random) => pick(one, random).values[0]!);
    const subsets = [12, 13, 14, 23, 24, 34];
    expect(results.every((value) => subsets.includes(value))).toBe(true);
    // 5 degrees of freedom: beyond 26 once in 10,000.
    expect(
      chiSquared(subsets.map((subset) => results.filter((value) => value === subset).length)),
    ).toBeLessThan(26);
  });

  test("auto: each of the eight operations equally often", () => {
    const source = counted(9, 9);
    const auto = autoAugment(1, 1, [{ least: 1, greatest: 81 }]);
    const kinds = rows(8000).map((random) => {
      const { values } = auto(source, random);
      if (values.every((value, place) => value === source.values[place])) return "nothing";
      const differences = new Set(
        [...values].map((value, place) => (value - source.values[place]!).toFixed(3)),
      );
      if (differences.size === 1) return "brightness";
      const [zeroRows, zeroColumns] = [0, 1].map(
        (way) =>
          [0, 1, 2, 3, 4, 5, 6, 7, 8].filter((line) =>
            [0, 1, 2, 3, 4, 5, 6, 7, 8].every(
              (along) => values[way === 0 ? line * 9 + along : along * 9 + line] === 0,
            ),
          ).length,
      );
      if (zeroRows === 4) return "down";
      return zeroColumns === 4 ? "across" : "other";
    });
    const share = (kind: string) => kinds.filter((each) => each === kind).length / 8000;
    for (const [kind, expected] of [
      ["nothing", 1 / 8],
      ["brightness", 1 / 8],
      ["down", 1 / 8],
      ["across", 1 / 8],
      ["other", 1 / 2],
    ] as const)
      expect(Math.abs(share(kind) - expected), kind).toBeLessThan(
        5 * Math.sqrt((expected * (1 - expected)) / 8000),
      );
  });
});
