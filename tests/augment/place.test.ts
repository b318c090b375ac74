import { describe, expect, test } from "vitest";
import {
  centreCrop,
  crop,
  cut,
  cutout,
  flip,
  mirror,
  padCrop,
  shift,
} from "../../src/runtime/augment-place.ts";
import { chiSquared, counted, mean, picture, rows } from "./support/pictures.ts";

describe("flip", () => {
  test("mirrors one axis, channels staying together, and twice is nothing", () => {
    const source = counted(2, 3, 2);
    expect([...mirror(source, "width").values]).toEqual([5, 6, 3, 4, 1, 2, 11, 12, 9, 10, 7, 8]);
    expect([...mirror(source, "height").values]).toEqual([7, 8, 9, 10, 11, 12, 1, 2, 3, 4, 5, 6]);
    for (const along of ["width", "height"] as const)
      expect(mirror(mirror(source, along), along).values).toEqual(source.values);
  });

  test.each([0.5, 0.2])("happens with its chance %d", (chance) => {
    const source = counted(1, 2);
    const turned =
      rows(20000).filter((random) => flip("width", chance)(source, random).values[0] === 2).length /
      20000;
    // Five deviations.
    expect(Math.abs(turned - chance)).toBeLessThan(5 * Math.sqrt((chance * (1 - chance)) / 20000));
  });
});

describe("regions", () => {
  test("what lies outside is 0", () => {
    const source = counted(2, 2);
    expect([...cut(source, -1, -1, 3, 3).values]).toEqual([0, 0, 0, 0, 1, 2, 0, 3, 4]);
    expect([...cut(source, 1, 1, 2, 2).values]).toEqual([4, 0, 0, 0]);
    expect([...cut(source, 5, 0, 2, 2).values]).toEqual([0, 0, 0, 0]);
    expect([...cut(source, 0, -7, 2, 2).values]).toEqual([0, 0, 0, 0]);
  });

  test("the middle: an odd rest stays at the end", () => {
    expect([...centreCrop(2, 2)(counted(5, 4), rows(1)[0]!).values]).toEqual([6, 7, 10, 11]);
    expect([...centreCrop(3, 2)(counted(4, 2), rows(1)[0]!).values]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("crop takes every place equally often", () => {
    const source = counted(4, 5);
    const corners = rows(24000).map((random) => crop(2, 3)(source, random).values[0]!);
    const counts = [1, 2, 3, 6, 7, 8, 11, 12, 13].map(
      (corner) => corners.filter((each) => each === corner).length,
    );
    expect(counts.reduce((sum, count) => sum + count)).toBe(24000);
    // 8 degrees of freedom: beyond 32 once in 10,000.
    expect(chiSquared(counts)).toBeLessThan(32);
  });

  test("pad_crop is a shift by -n .. n, each equally likely", () => {
    const source = picture(3, 3, 1, [0, 0, 0, 0, 1, 0, 0, 0, 0]);
    const places = rows(18000).map((random) => padCrop(1, 1)(source, random).values.indexOf(1));
    expect(
      chiSquared(
        [0, 1, 2, 3, 4, 5, 6, 7, 8].map((place) => places.filter((each) => each === place).length),
      ),
    ).toBeLessThan(32);
  });
});

describe("shift", () => {
  test("moves by whole pixels: each distance as often as its share of the range says", () => {
    const source = counted(1, 8);
    // 0.25 · 8 = 2: |u| < 0.5 stays, one pixel takes twice the share of two.
    const first = rows(40000).map((random) => shift(0, 0.25)(source, random).values);
    const distances = first.map((values) => (values[0] === 0 ? values.indexOf(1) : 1 - values[0]!));
    for (const [distance, share] of [
      [-2, 0.125],
      [-1, 0.25],
      [0, 0.25],
      [1, 0.25],
      [2, 0.125],
    ] as const)
      expect(
        Math.abs(distances.filter((each) => each === distance).length / 40000 - share),
      ).toBeLessThan(5 * Math.sqrt(share / 40000));
    const moved = first.find((values) => values[0] === 0 && values[1] === 0)!;
    expect([...moved]).toEqual([0, 0, 1, 2, 3, 4, 5, 6]);
  });
});

describe("cutout", () => {
  const white = picture(
    8,
    8,
    1,
    Array.from({ length: 64 }, () => 1),
  );

  test("blanks a square, as often over each place as its middle can lie there", () => {
    const made = rows(20000).map((random) => cutout(4, 4)(white, random).values);
    // The middle is any pixel: a pixel at distance d from the border is covered by as many middles as fit: 4 × 4 inside, 2 or 3 at a border.
    const reach = (place: number) =>
      [0, 1, 2, 3, 4, 5, 6, 7].filter((middle) => middle - 2 <= place && place < middle + 2).length;
    for (const [y, x] of [
      [0, 0],
      [0, 4],
      [3, 3],
      [7, 7],
      [7, 1],
    ] as const) {
      const share = (reach(y) * reach(x)) / 64;
      const found = made.filter((values) => values[y * 8 + x] === 0).length / 20000;
      expect(Math.abs(found - share)).toBeLessThan(5 * Math.sqrt((share * (1 - share)) / 20000));
    }
    // Along one axis the square keeps 4 of its pixels for 5 of 8 middles, 3 and 2 at the upper, 3 at the lower border.
    const area = ((4 * 5 + 3 + 2 + 3) / 8) ** 2;
    expect(
      Math.abs(mean(made.map((values) => values.filter((value) => value === 0).length)) - area),
    ).toBeLessThan(0.15);
  });

  test("leaves the picture that it was given as it was", () => {
    cutout(4, 4)(white, rows(1)[0]!);
    expect(white.values.every((value) => value === 1)).toBe(true);
  });
});
