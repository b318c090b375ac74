import { describe, expect, test } from "vitest";
import { fillUniform, randomStream } from "../../src/runtime/random.ts";
import { describeValues } from "../../src/runtime/value-statistics.ts";
import { blocksOf } from "../../src/tools/cli/inspection/print.ts";

describe("statistics of values, by hand", () => {
  test("mean, deviation (of the values themselves, divided by n), ends, zeros", () => {
    const found = describeValues(Float32Array.from([0, 2, 4, 0, 4, 2, 0, 4]), { units: 2 });
    expect(found).toMatchObject({
      count: 8,
      mean: 2,
      least: 0,
      greatest: 4,
      zeros: 3 / 8,
      notFinite: 0,
      dead: 0,
      alike: false,
    });
    expect(found.deviation).toBeCloseTo(Math.sqrt((4 + 0 + 4 + 4 + 4 + 0 + 4 + 4) / 8), 12);
  });

  test("units that are 0 in every row are dead; a unit that is alive once is not", () => {
    expect(describeValues(Float32Array.from([0, 1, 0, 0, 0, 2, 0, 0]), { units: 4 }).dead).toBe(
      0.75,
    );
  });

  test("units that agree in every row are alike, however the rows differ", () => {
    expect(describeValues(Float32Array.from([1, 1, 1, -2, -2, -2]), { units: 3 }).alike).toBe(true);
    expect(describeValues(Float32Array.from([1, 1, 1, -2, -2.001, -2]), { units: 3 }).alike).toBe(
      false,
    );
    expect(describeValues(Float32Array.from([1, 2, 3]), { units: 1 }).alike).toBe(false);
  });

  test("saturation counts both ends; numbers that are none are counted apart", () => {
    const found = describeValues(
      Float32Array.from([-1, -0.98, 0, 0.96, 0.97, Number.NaN, Number.POSITIVE_INFINITY, 0]),
      { units: 1, bounds: { low: -0.97, high: 0.97 } },
    );
    expect(found.notFinite).toBe(0.25);
    expect(found.saturated).toBe(0.5);
    expect(found.mean).toBeCloseTo((-1 - 0.98 + 0.96 + 0.97) / 6, 6);
  });

  test("a histogram of even draws is even, spans what it is told, and counts every finite value", () => {
    const draws = new Float32Array(32_000);
    fillUniform(draws, randomStream(3, "histogram"), 1);
    const { histogram } = describeValues(draws, { units: 1, range: { from: 0, to: 1 } });
    expect(histogram).toMatchObject({ from: 0, to: 1 });
    expect(histogram.counts.reduce((sum, count) => sum + count, 0)).toBe(32_000);
    // 1000 ± 31 a bin: six deviations.
    for (const count of histogram.counts) expect(Math.abs(count - 1000)).toBeLessThan(190);
  });

  test("equal values stand in one bin in the middle", () => {
    const { histogram, deviation } = describeValues(new Float32Array(10).fill(7), { units: 1 });
    expect(deviation).toBe(0);
    expect(histogram.counts[16]).toBe(10);
  });

  test("nothing at all is described without a number that is none", () => {
    expect(describeValues(new Float32Array(0), { units: 1 })).toMatchObject({
      count: 0,
      mean: 0,
      deviation: 0,
      least: 0,
      greatest: 0,
      zeros: 0,
    });
  });
});

test("blocks: the fullest bin is whole, a bin that holds anything shows, an empty one is blank", () => {
  expect(blocksOf({ from: 0, to: 1, counts: [0, 1, 500, 1000] }, 4)).toBe(" ▁▄█");
  expect(blocksOf({ from: 0, to: 1, counts: [1, 1, 2, 2, 0, 0, 4, 4] }, 4)).toBe("▂▄ █");
});
