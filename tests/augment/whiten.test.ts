import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Column } from "../../src/runtime/dataset.ts";
import { symmetricEigen } from "../../src/runtime/eigen.ts";
import {
  denormalizeValues,
  fitNormalization,
  normalizeValues,
  standardize,
} from "../../src/runtime/normalize.ts";
import { preparationFromText, preparationToText } from "../../src/runtime/preparation-text.ts";
import { whiten } from "../../src/runtime/whiten.ts";
import { expectClose } from "../support/close.ts";

interface Whitened {
  readonly rows: number;
  readonly features: number;
  readonly keep: number;
  readonly epsilon: number;
  readonly count: number;
  readonly values: readonly number[];
  readonly expected: readonly number[];
}
const fixtures = JSON.parse(readFileSync("tests/fixtures/augment.json", "utf8")) as {
  readonly eigen: {
    readonly n: number;
    readonly matrix: readonly number[];
    readonly values: readonly number[];
  };
  readonly whiten: readonly Whitened[];
};

const columnOf = ({ features, values }: Whitened): Column => ({
  field: { name: "x", shape: [features] },
  size: features,
  values: Float32Array.from(values),
});
const all = (rows: number) => Uint32Array.from({ length: rows }, (_, row) => row);

function covariance(values: Float32Array, rows: number, n: number): readonly number[] {
  const mean = Array.from(
    { length: n },
    (_, a) => Array.from(all(rows)).reduce((sum, row) => sum + values[row * n + a]!, 0) / rows,
  );
  return mean.flatMap((_, a) =>
    mean.map(
      (__, b) =>
        Array.from(all(rows)).reduce(
          (sum, row) => sum + (values[row * n + a]! - mean[a]!) * (values[row * n + b]! - mean[b]!),
          0,
        ) / rows,
    ),
  );
}

const identity = (n: number) =>
  Array.from({ length: n * n }, (_, place) => (place % (n + 1) === 0 ? 1 : 0));

describe("eigenvalues of a symmetric matrix", () => {
  const { n, matrix, values } = fixtures.eigen;

  test("are NumPy's, largest first", () => {
    expectClose(symmetricEigen(Float64Array.from(matrix), n).values, values, {
      relative: 1e-12,
      absolute: 1e-12,
    });
  });

  test.each([1, 2, 3, 12, 40])(
    "V diag(v) V^T is the matrix again, and V is orthogonal, for n = %d",
    (size) => {
      const source = Float64Array.from({ length: size * size }, (_, place) =>
        Math.sin(
          Math.min(place % size, Math.floor(place / size)) * 7 +
            Math.max(place % size, Math.floor(place / size)) * 3,
        ),
      );
      const { values: found, vectors } = symmetricEigen(source, size);
      const range = Array.from({ length: size }, (_, index) => index);
      const rebuilt = range.flatMap((a) =>
        range.map((b) =>
          range.reduce(
            (sum, i) => sum + found[i]! * vectors[i * size + a]! * vectors[i * size + b]!,
            0,
          ),
        ),
      );
      const products = range.flatMap((i) =>
        range.map((j) =>
          range.reduce((sum, a) => sum + vectors[i * size + a]! * vectors[j * size + a]!, 0),
        ),
      );
      expectClose(rebuilt, source, { absolute: 1e-12 });
      expectClose(products, identity(size), { absolute: 1e-12 });
    },
  );

  test("equal and vanishing eigenvalues do no harm", () => {
    expect([...symmetricEigen(Float64Array.from(identity(5)), 5).values]).toEqual([1, 1, 1, 1, 1]);
    expect([...symmetricEigen(new Float64Array(16), 4).values]).toEqual([0, 0, 0, 0]);
  });
});

describe("whitening", () => {
  test.each(fixtures.whiten)(
    "is NumPy's: $features features, keep $keep, epsilon $epsilon",
    (fixture) => {
      const column = columnOf(fixture);
      const normalization = fitNormalization(column, all(fixture.rows), [
        whiten(fixture.keep, fixture.epsilon),
      ]);
      normalizeValues(column.values, normalization);
      expect(normalization.whitening!.scale.length).toBe(fixture.count);
      expectClose(column.values, fixture.expected, { absolute: 2e-4, relative: 2e-4 });
    },
  );

  test("the training rows then have the covariance 1, behind standardize as well", () => {
    const [fixture] = fixtures.whiten;
    for (const steps of [[whiten(1, 0)], [standardize(), whiten(1, 0)]]) {
      const column = columnOf(fixture!);
      normalizeValues(column.values, fitNormalization(column, all(200), steps));
      expectClose(covariance(column.values, 200, 6), identity(6), { absolute: 2e-4 });
    }
  });

  test("takes its statistics from the given rows alone", () => {
    const [fixture] = fixtures.whiten;
    const column = columnOf(fixture!);
    const first = fitNormalization(column, all(50), [whiten(1, 0)]);
    column.values.fill(1e6, 50 * 6);
    expect(fitNormalization(column, all(50), [whiten(1, 0)])).toEqual(first);
  });

  test("goes through the metadata of a file unchanged, and back to the units of the data", () => {
    const [fixture] = fixtures.whiten;
    const column = columnOf(fixture!);
    const before = column.values.slice();
    const normalization = fitNormalization(column, all(200), [standardize(), whiten(1, 0)]);
    const text = preparationToText({ classNames: {}, normalizations: { x: normalization } });
    const read = preparationFromText(text, "file").normalizations["x"]!;
    expect({ ...read }).toEqual(normalization);
    normalizeValues(column.values, read);
    denormalizeValues(column.values, read);
    expectClose(column.values, before, { absolute: 2e-3, relative: 1e-3 });
    expect(() => preparationFromText(text.replace('"basis":"', '"basis":"AAAA'), "file")).toThrow(
      "does not say how the data were prepared",
    );
  });

  test("constant and doubled features become 0 together, not infinite", () => {
    const values = Float32Array.from(
      { length: 90 },
      (_, place) => [Math.sin(place), Math.sin(place - 1), 4][place % 3]!,
    );
    const column: Column = { field: { name: "x", shape: [3] }, size: 3, values };
    normalizeValues(column.values, fitNormalization(column, all(30), [whiten(1, 0)]));
    expect(column.values.every(Number.isFinite)).toBe(true);
    expect(Math.max(...column.values.map(Math.abs))).toBeLessThan(3);
  });

  test("refuses too many features in words", () => {
    const column: Column = {
      field: { name: "image", shape: [3073] },
      size: 3073,
      values: new Float32Array(6146),
    };
    expect(() => fitNormalization(column, all(2), [whiten(1, 0)])).toThrow(
      "image: whitening 3073 features is too much; it is done for up to 3072.",
    );
  });
});
