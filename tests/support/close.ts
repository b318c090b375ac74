import { expect } from "vitest";

/** Every number within absolute + relative · |expected|; infinities and NaN are never close. */
export function expectClose(
  found: ArrayLike<number>,
  expected: ArrayLike<number>,
  { relative = 1e-9, absolute = 1e-9 } = {},
): void {
  expect(found.length).toBe(expected.length);
  const far = Array.from(expected, (value, place) => ({
    place,
    found: found[place]!,
    expected: value,
  })).filter(
    (each) =>
      !(Math.abs(each.found - each.expected) <= absolute + relative * Math.abs(each.expected)),
  );
  expect(far.slice(0, 5)).toEqual([]);
}
