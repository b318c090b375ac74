import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  resample,
  resize,
  resizeAndCentreCrop,
  resizeAndCrop,
  resizedCrop,
  resizeShortSide,
  resizeTo,
} from "../../src/runtime/augment-resize.ts";
import {
  bend,
  distort,
  rotate,
  scaleBy,
  shear,
  slant,
  stretch,
  turnBy,
} from "../../src/runtime/augment-warp.ts";
import type { Picture } from "../../src/runtime/picture.ts";
import { expectClose } from "../support/close.ts";
import { counted, mean, picture, rows, variance } from "./support/pictures.ts";

interface Warped {
  readonly shape: readonly [number, number, number];
  readonly values: readonly number[];
  readonly expected: readonly number[];
}
const fixtures = JSON.parse(readFileSync("tests/fixtures/augment.json", "utf8")) as {
  readonly resize: readonly {
    from: readonly [number, number, number];
    to: readonly [number, number];
    values: readonly number[];
    expected: readonly number[];
  }[];
  readonly rotate: readonly (Warped & { degrees: number })[];
  readonly shear: readonly (Warped & { degrees: number })[];
  readonly stretch: readonly (Warped & { down: number; across: number })[];
};
const tolerance = { relative: 1e-5, absolute: 1e-5 };
const source = ({ shape, values }: Warped) => picture(...shape, values);

describe("against PyTorch", () => {
  test.each(fixtures.rotate)("turning by $degrees deg", (fixture) =>
    expectClose(turnBy(source(fixture), fixture.degrees).values, fixture.expected, tolerance),
  );
  test.each(fixtures.shear)("slanting by $degrees deg", (fixture) =>
    expectClose(slant(source(fixture), fixture.degrees).values, fixture.expected, tolerance),
  );
  test.each(fixtures.stretch)("stretching by $down and $across", (fixture) =>
    expectClose(
      scaleBy(source(fixture), fixture.down, fixture.across).values,
      fixture.expected,
      tolerance,
    ),
  );
  test.each(fixtures.resize)("resizing $from to $to", ({ from, to, values, expected }) =>
    expectClose(resample(picture(...from, values), ...to).values, expected, tolerance),
  );
});

describe("closed forms", () => {
  const square = counted(4, 4);

  test("quarter turns are exact: anticlockwise the last column becomes the first row", () => {
    const transposed = [4, 8, 12, 16, 3, 7, 11, 15, 2, 6, 10, 14, 1, 5, 9, 13];
    expect([...turnBy(square, 90).values]).toEqual(transposed);
    expect([...turnBy(square, -270).values]).toEqual(transposed);
    expect([...turnBy(square, 180).values]).toEqual([...square.values].reverse());
    expect([...turnBy(turnBy(square, 90), -90).values]).toEqual([...square.values]);
  });

  test.each([
    ["turn by 0", (x: Picture) => turnBy(x, 0)],
    ["slant by 0", (x: Picture) => slant(x, 0)],
    ["stretch by 1", (x: Picture) => scaleBy(x, 1, 1)],
    ["bend by 0", (x: Picture) => bend(x, 0)],
    ["resize to its own size", (x: Picture) => resample(x, x.height, x.width)],
  ])("%s changes nothing", (_, change) =>
    expect([...change(counted(5, 7, 3)).values]).toEqual([...counted(5, 7, 3).values]),
  );

  test("slanting by 45 deg moves each line by its distance from the middle", () => {
    expect([...slant(counted(3, 3), 45).values]).toEqual([0, 1, 2, 4, 5, 6, 8, 9, 0]);
  });

  test("a linear ramp stays one wherever it is taken from inside", () => {
    const ramp = picture(
      9,
      9,
      1,
      Array.from({ length: 81 }, (_, place) => (place % 9) - 4 + 10 * (Math.floor(place / 9) - 4)),
    );
    const bent = bend(ramp, -0.3).values;
    for (let y = -4; y <= 4; y++)
      for (let x = -4; x <= 4; x++) {
        const factor = 1 - (0.3 * (x * x + y * y)) / 40.5;
        expect(bent[(y + 4) * 9 + x + 4]).toBeCloseTo(factor * (x + 10 * y), 4);
      }
  });

  test("resizing keeps constants, and shrinking by 2 keeps the mean of a row far from its ends", () => {
    const flat = picture(
      7,
      5,
      2,
      Array.from({ length: 70 }, () => 3),
    );
    expect([...resample(flat, 3, 11).values].every((value) => Math.abs(value - 3) < 1e-6)).toBe(
      true,
    );
    expect(resizeShortSide(counted(6, 8), 3)).toMatchObject({ height: 3, width: 4 });
    expect(resizeTo(3)(counted(8, 6), rows(1)[0]!)).toMatchObject({ height: 4, width: 3 });
  });
});

describe("draws", () => {
  /** Every value is its column, counted from the middle: where a pixel was taken from can be read off it. */
  const wedge = picture(
    101,
    101,
    1,
    Array.from({ length: 101 * 101 }, (_, place) => (place % 101) - 50),
  );
  const at = (x: Picture, y: number, column: number) => x.values[(y + 50) * 101 + column + 50]!;

  test("a picture that is enlarged first and then cut is a part of the enlarged one; each place as often", () => {
    const whole = picture(3, 3, 1, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
    const large = resizeShortSide(whole, 6);
    const part = (top: number, left: number): readonly number[] =>
      [0, 1, 2, 3].flatMap((row) =>
        [0, 1, 2, 3].map((column) => large.values[(top + row) * 6 + left + column]!),
      );
    expect([...resizeAndCentreCrop(6, 4, 4)(whole, rows(1)[0]!).values]).toEqual(part(1, 1));
    const corners = [0, 1, 2].flatMap((top) => [0, 1, 2].map((left) => part(top, left).join()));
    const seen = rows(900).map((random) =>
      corners.indexOf([...resizeAndCrop(6, 4, 4)(whole, random).values].join()),
    );
    // 100 each, with a deviation of 9.4.
    corners.forEach((_, place) =>
      expect(Math.abs(seen.filter((one) => one === place).length - 100)).toBeLessThan(40),
    );
  });

  test("rotate: angles uniform in -a .. a", () => {
    // At (0, 20): the source column is 20 cos a; at (20, 0) it is -20 sin a.
    const angles = rows(600).map(
      (random) => (Math.asin(-at(rotate(30)(wedge, random), 20, 0) / 20) * 180) / Math.PI,
    );
    expect(Math.max(...angles.map(Math.abs))).toBeLessThanOrEqual(30.001);
    expect(Math.abs(mean(angles))).toBeLessThan(5 * (30 / Math.sqrt(3 * 600)));
    expect(variance(angles) / 300).toBeGreaterThan(0.8);
    expect(variance(angles) / 300).toBeLessThan(1.2);
  }, 20_000);

  test("shear, stretch and distort: uniform in their ranges", () => {
    const draws = rows(300);
    const slants = draws.map(
      (random) => (Math.atan(at(shear(20)(wedge, random), 20, 0) / 20) * 180) / Math.PI,
    );
    const factors = draws.map((random) => 20 / at(stretch(0.8, 1.2)(wedge, random), 0, 20));
    const bends = draws.map(
      (random) => ((at(distort(0.3)(wedge, random), 0, 20) / 20 - 1) * 5100.5) / 400,
    );
    for (const [values, low, high] of [
      [slants, -20, 20],
      [factors, 0.8, 1.2],
      [bends, -0.3, 0.3],
    ] as const) {
      expect(Math.min(...values)).toBeGreaterThanOrEqual(low - 1e-3);
      expect(Math.max(...values)).toBeLessThanOrEqual(high + 1e-3);
      expect(Math.abs(mean(values) - (low + high) / 2)).toBeLessThan(
        (5 * (high - low)) / Math.sqrt(12 * 300),
      );
      const spread = variance(values) / ((high - low) ** 2 / 12);
      expect(spread).toBeGreaterThan(0.75);
      expect(spread).toBeLessThan(1.25);
    }
  }, 20_000);

  test("resize draws every length of the short side", () => {
    const lengths = rows(3000).map((random) => resize(3, 5)(counted(4, 8), random));
    for (const side of [3, 4, 5]) {
      const share =
        lengths.filter(({ height, width }) => height === side && width === 2 * side).length / 3000;
      expect(Math.abs(share - 1 / 3)).toBeLessThan(5 * Math.sqrt(2 / 9 / 3000));
    }
  });

  test("resized_crop: areas uniform, proportions uniform in their logarithm", () => {
    // The two corners of a picture whose value is its column tell where the region began and ended.
    const size = 60;
    const columns = picture(
      size,
      size,
      2,
      Array.from({ length: size * size * 2 }, (_, place) =>
        place % 2 === 0 ? Math.floor(place / 2) % size : Math.floor(place / 2 / size),
      ),
    );
    const seen = rows(400).map((random) => {
      const { values } = resizedCrop(60, 60, 0.2, 1, 4 / 3)(columns, random);
      const [left, top, right, bottom] = [values[0]!, values[1]!, values.at(-2)!, values.at(-1)!];
      return { width: right - left + 1, height: bottom - top + 1 };
    });
    const areas = seen.map(({ width, height }) => (width * height) / size ** 2);
    const logs = seen.map(({ width, height }) => Math.log(width / height) / Math.log(4 / 3));
    expect(Math.min(...areas)).toBeGreaterThan(0.18);
    expect(Math.abs(mean(logs))).toBeLessThan(0.15);
    expect(Math.max(...logs.map(Math.abs))).toBeLessThan(1.15);
    // Large areas of a long shape do not fit and are drawn again, so the mean lies a little below 0.6.
    expect(mean(areas)).toBeGreaterThan(0.48);
    expect(mean(areas)).toBeLessThan(0.62);
  }, 20_000);
});
