import { describe, expect, test } from "vitest";
import { initialize } from "../../src/runtime/initialize.ts";

const mean = (values: ArrayLike<number>) =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values: ArrayLike<number>) => {
  const middle = mean(values);
  return Math.sqrt(mean(Array.from(values, (value) => (value - middle) ** 2)));
};

describe("initialize", () => {
  test("depends on seed and path alone, bit for bit", () => {
    const normal = { kind: "normal", mean: 0, deviation: 1 } as const;
    const weights = initialize("h1.weight", [4, 3], normal, 7);
    expect(initialize("h1.weight", [4, 3], normal, 7)).toEqual(weights);
    expect(initialize("h1.weight", [4, 3], normal, 8)).not.toEqual(weights);
    expect(initialize("h2.weight", [4, 3], normal, 7)).not.toEqual(weights);
    expect([...new Uint32Array(weights.buffer)].slice(0, 4)).toMatchInlineSnapshot(`
      [
        3215424287,
        3202619095,
        3200655032,
        3212086752,
      ]
    `);
  });

  test("has the asked mean and deviation", () => {
    const shape = [300, 300];
    const normal = initialize("a", shape, { kind: "normal", mean: 0.5, deviation: 0.1 }, 1);
    expect(Math.abs(mean(normal) - 0.5)).toBeLessThan((4 * 0.1) / 300);
    expect(Math.abs(deviation(normal) - 0.1)).toBeLessThan((4 * 0.1) / 300);
    const cut = initialize("a", shape, { kind: "truncated_normal", mean: 1, deviation: 0.1 }, 1);
    expect(Math.max(...cut.map((value) => Math.abs(value - 1)))).toBeLessThan(0.2000001);
    expect(Math.abs(deviation(cut) - 0.0879626)).toBeLessThan(0.001);
    const uniform = initialize("a", shape, { kind: "uniform", low: -0.3, high: 0.1 }, 1);
    expect(Math.abs(mean(uniform) + 0.1)).toBeLessThan((4 * 0.116) / 300);
    expect(uniform.every((value) => value >= Math.fround(-0.3) && value <= Math.fround(0.1))).toBe(
      true,
    );
  });

  test("constant, values, identity", () => {
    expect([...initialize("b", [3], { kind: "constant", value: 2 }, 0)]).toEqual([2, 2, 2]);
    expect([...initialize("b", [2, 2], { kind: "values", values: [1, 2, 3, 4] }, 0)]).toEqual([
      1, 2, 3, 4,
    ]);
    expect(() => initialize("b", [2, 2], { kind: "values", values: [1] }, 0)).toThrow(
      "b of shape [2, 2] needs 4 values; found 1.",
    );
    expect([...initialize("w", [2, 3], { kind: "identity", scale: 5 }, 0)]).toEqual([
      5, 0, 0, 0, 5, 0,
    ]);
    const kernel = initialize("w", [3, 3, 2, 2], { kind: "identity", scale: 1 }, 0);
    expect([...kernel].flatMap((value, index) => (value === 0 ? [] : [index]))).toEqual([16, 19]);
  });

  test.each([[[5, 5]], [[8, 3]], [[3, 8]], [[3, 3, 2, 4]]])(
    "orthogonal %j: the shorter side is orthonormal times the gain",
    (shape) => {
      const columns = shape.at(-1)!;
      const values = initialize("w", shape, { kind: "orthogonal", gain: 2 }, 3);
      const rows = values.length / columns;
      const at = (row: number, column: number) => values[row * columns + column]!;
      const tall = rows >= columns;
      const [count, length] = tall ? [columns, rows] : [rows, columns];
      for (let i = 0; i < count; i++)
        for (let j = 0; j < count; j++) {
          let product = 0;
          for (let k = 0; k < length; k++)
            product += tall ? at(k, i) * at(k, j) : at(i, k) * at(j, k);
          expect(product).toBeCloseTo(i === j ? 4 : 0, 5);
        }
    },
  );
});

test.each([
  [5, 3, 4],
  [3, 5, 2],
  [4, 4, 3],
])(
  "%i × %i, %i parts: each gate of a recurrent layer is an orthogonal matrix",
  (rows, width, parts) => {
    const found = initialize(
      "gru.hidden_weight",
      [rows, parts * width],
      { kind: "orthogonal", gain: 2, parts },
      1,
    );
    for (let part = 0; part < parts; part++) {
      const at = (row: number, column: number): number =>
        found[row * parts * width + part * width + column]! / 2;
      const [count, length, entry] =
        rows < width
          ? [rows, width, at]
          : [width, rows, (column: number, row: number) => at(row, column)];
      for (let a = 0; a < count; a++) {
        for (let b = 0; b < count; b++) {
          let product = 0;
          for (let place = 0; place < length; place++) product += entry(a, place) * entry(b, place);
          expect(product).toBeCloseTo(a === b ? 1 : 0, 5);
        }
      }
    }
  },
);
