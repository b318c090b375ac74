import { describe, expect, test } from "vitest";
import { figures, lossDifference, median, ratio } from "../../bench/statistics.ts";

describe("median", () => {
  test("is the middle of an odd number, and between the two in the middle of an even number", () => {
    expect(median([9, 1, 4])).toBe(4);
    expect(median([8, 1, 4, 2])).toBe(3);
    expect(median([7])).toBe(7);
    expect(median([])).toBeNaN();
  });

  test("leaves its argument as it was", () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });
});

describe("ratio", () => {
  test("is taken round by round, so a slow round of both does not count", () => {
    expect(ratio([200, 20, 200], [100, 10, 100])).toBe(2);
  });

  test("takes the middle round", () => {
    expect(ratio([10, 10, 10], [5, 1, 10])).toBe(2);
  });

  test("goes as far as both have rounds", () => {
    expect(ratio([4, 4], [2])).toBe(2);
    expect(ratio([], [1])).toBeNaN();
  });
});

describe("lossDifference", () => {
  test("is the worst relative difference", () => {
    expect(lossDifference([2, 1.01], [2, 1])).toBeCloseTo(0.01, 10);
  });

  test("goes as far as both do", () => {
    expect(lossDifference([1, 5], [1])).toBe(0);
  });

  test("does not let a NaN or a missing loss pass", () => {
    expect(lossDifference([1, NaN, 1], [1, 1, 1])).toBeNaN();
    expect(lossDifference([], [1])).toBeNaN();
  });
});

test("figures are three, with separators above a thousand", () => {
  expect(figures(0.012345)).toBe("0.0123");
  expect(figures(12.345)).toBe("12.3");
  expect(figures(532899.4)).toBe("532,899");
  expect(figures(NaN)).toBe("–");
});
