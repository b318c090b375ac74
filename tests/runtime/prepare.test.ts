import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { batchCount, batches, epochOrder } from "../../src/runtime/batches.ts";
import type { Column, Field, RawData } from "../../src/runtime/dataset.ts";
import {
  center,
  denormalizeValues,
  fitNormalization,
  normalizeValues,
  scale,
  standardize,
  type NormalizationStep,
} from "../../src/runtime/normalize.ts";
import { preparationFromText, preparationToText } from "../../src/runtime/preparation-text.ts";
import { prepareData, preparePart } from "../../src/runtime/prepare.ts";
import { splitGroups, splitRows } from "../../src/runtime/split.ts";

describe("split", () => {
  test("counts are exact, parts are disjoint and together everything", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 20, max: 500 }),
        fc.integer({ min: 10, max: 80 }),
        fc.integer({ min: 10, max: 45 }),
        fc.nat(),
        (rows, a, b, seed) => {
          fc.pre(a + b <= 90);
          const fractions = { train: a / 100, validation: b / 100, test: (100 - a - b) / 100 };
          const parts = splitRows(rows, fractions, seed);
          for (const part of ["train", "validation", "test"] as const)
            expect(Math.abs(parts[part].length - rows * fractions[part])).toBeLessThan(1);
          const all = [...parts.train, ...parts.validation, ...parts.test];
          expect(all.toSorted((x, y) => x - y)).toEqual(
            Array.from({ length: rows }, (_, row) => row),
          );
        },
      ),
      { numRuns: 300, seed: 1 },
    );
  });

  test("80 % of 1,797 rows is what Hamilton's method says; the seed decides which", () => {
    const at = (seed: number) => splitRows(1797, { train: 0.8, validation: 0.1, test: 0.1 }, seed);
    expect([at(1).train.length, at(1).validation.length, at(1).test.length]).toEqual([
      1437, 180, 180,
    ]);
    expect(at(1)).toEqual(at(1));
    expect(at(1).test).not.toEqual(at(2).test);
    expect(splitRows(10, { train: 0.7, validation: 0.2, test: 0.1 }, 0).train).toHaveLength(7);
  });

  test("every row is equally likely to be tested", () => {
    const times = Array.from({ length: 20 }, () => 0);
    for (let seed = 0; seed < 4000; seed++)
      for (const row of splitRows(20, { train: 0.75, validation: 0, test: 0.25 }, seed).test)
        times[row]!++;
    const chi = times.reduce((sum, count) => sum + (count - 1000) ** 2 / 750, 0);
    expect(chi).toBeLessThan(19 + 4 * Math.sqrt(38));
  });

  test("groups stay together", () => {
    const groups = Array.from({ length: 300 }, (_, row) => `patient ${row % 37}`);
    const parts = splitGroups(groups, { train: 0.6, validation: 0.2, test: 0.2 }, 5);
    const seen = [parts.train, parts.validation, parts.test].map(
      (rows) => new Set(Array.from(rows, (row) => groups[row])),
    );
    expect(seen[0]!.size + seen[1]!.size + seen[2]!.size).toBe(37);
    expect(parts.train.length + parts.validation.length + parts.test.length).toBe(300);
    expect(Math.abs(parts.train.length - 180)).toBeLessThan(12);
    expect(Math.abs(parts.test.length - 60)).toBeLessThan(12);
  });

  test("a part that would be empty is refused", () => {
    expect(() => splitRows(3, { train: 0.8, validation: 0.1, test: 0.1 }, 1)).toThrow(
      "The validation part of 10 % would be empty: there are only 3 rows.",
    );
    expect(() =>
      splitGroups(["a", "a", "a", "a"], { train: 0.5, validation: 0, test: 0.5 }, 1),
    ).toThrow("there are only 4 rows in 1 groups");
  });
});

const column = (shape: readonly number[], values: readonly number[]): Column => {
  const size = shape.reduce((a, b) => a * b, 1);
  return { field: { name: "x", shape }, size, values: Float32Array.from(values) };
};
const fitted = (
  shape: readonly number[],
  values: readonly number[],
  rows: readonly number[],
  ...steps: NormalizationStep[]
) => {
  const x = column(shape, values);
  normalizeValues(x.values, fitNormalization(x, Uint32Array.from(rows), steps));
  return [...x.values];
};

describe("normalisation", () => {
  test("standardize: mean 0, population deviation 1, of the given rows only", () => {
    expect(fitted([1], [1, 3, 100], [0, 1], standardize())).toEqual([-1, 1, 98]);
    expect(fitted([2], [1, 10, 3, 30], [0, 1], standardize())).toEqual([-1, -1, 1, 1]);
  });

  test("center and scale; scale has one range for the whole field", () => {
    expect(fitted([1], [1, 3, 100], [0, 1], center())).toEqual([-1, 1, 98]);
    expect(fitted([2], [0, 5, 10, 10], [0, 1], scale(0, 1))).toEqual([0, 0.5, 1, 1]);
    expect(fitted([1], [2, 4, 6], [0, 1], scale(-1, 1))).toEqual([-1, 1, 3]);
  });

  test("steps are done in their order", () => {
    expect(fitted([2], [0, 5, 10, 15], [0, 1], scale(0, 1), center())).toEqual(
      [-1, -1, 1, 1].map((sign) => Math.fround(sign / 3)),
    );
    expect(fitted([2], [0, 0, 10, 100], [0, 1], standardize(), scale(0, 10))).toEqual([
      0, 0, 10, 10,
    ]);
    expect(fitted([1], [0, 10], [0, 1], center(), scale(0, 1))).toEqual([0, 1]);
  });

  test("images have one statistic a channel", () => {
    // Two rows of 1 × 2 places × 2 channels.
    expect(fitted([1, 2, 2], [1, 10, 3, 10, 5, 30, 7, 30], [0, 1], center())).toEqual([
      -3, -10, -1, -10, 1, 10, 3, 10,
    ]);
    expect(fitted([3], [1, 2, 3, 4, 5, 6], [0, 1], center())).toEqual([
      -1.5, -1.5, -1.5, 1.5, 1.5, 1.5,
    ]);
  });

  test("a feature that is constant in the training part becomes constant, whatever comes later", () => {
    expect(fitted([2], [0.1, 1, 0.1, 3, 255, 5], [0, 1], standardize())).toEqual([
      0, -1, 0, 1, 0, 3,
    ]);
    expect(fitted([1], [7, 7, 9], [0, 1], scale(2, 3))).toEqual([2, 2, 2]);
  });

  test("predictions return to the units of the data", () => {
    const values = [3, 8, 5, 8, 9, 8];
    const x = column([2], values);
    const normalization = fitNormalization(x, Uint32Array.of(0, 1, 2), [
      standardize(),
      scale(0, 1),
    ]);
    normalizeValues(x.values, normalization);
    denormalizeValues(x.values, normalization);
    x.values.forEach((value, index) => expect(value).toBeCloseTo(values[index]!, 5));
  });
});

const fields: Field[] = [
  { name: "x", shape: [1] },
  { name: "kind", shape: [], classes: 2 },
];
const rawOf = (values: readonly number[], labels: readonly string[], where = "f.csv"): RawData => ({
  where,
  rows: values.length,
  columns: new Map([
    ["x", { shape: [1], values: Float32Array.from(values) }],
    ["kind", { shape: [], values: labels }],
  ]),
});
const many = (rows: number, offset = 0) =>
  rawOf(
    Array.from({ length: rows }, (_, row) => row * row + offset),
    Array.from({ length: rows }, (_, row) => (row % 2 ? "yes" : "no")),
  );
const options = {
  split: { train: 0.8, validation: 0.1, test: 0.1 },
  seed: 3,
  normalize: { x: [standardize()] },
};

describe("prepared data", () => {
  test("nothing leaks: values outside the training part change no statistic", () => {
    const clean = prepareData(fields, { all: many(100) }, options);
    const dirty = many(100);
    for (const row of [...clean.validation!.rows, ...clean.test!.rows])
      (dirty.columns.get("x")!.values as Float32Array)[row] = 1e6;
    expect(prepareData(fields, { all: dirty }, options).preparation).toEqual(clean.preparation);
    const touched = many(100);
    (touched.columns.get("x")!.values as Float32Array)[clean.train.rows[0]!] = 1e6;
    expect(prepareData(fields, { all: touched }, options).preparation).not.toEqual(
      clean.preparation,
    );
  });

  test("values are scaled from 64 bits before they are rounded to 32", () => {
    const times: RawData = {
      where: "f.csv",
      rows: 64,
      columns: new Map([
        ["x", { shape: [1], values: Float64Array.from({ length: 64 }, (_, row) => 1.7e9 + row) }],
        [
          "kind",
          { shape: [], values: Array.from({ length: 64 }, (_, row) => (row < 32 ? "a" : "b")) },
        ],
      ]),
    };
    const none = { train: 0, validation: 0, test: 0 };
    const data = prepareData(fields, { all: times }, { ...options, split: none });
    const deviation = Math.sqrt((64 ** 2 - 1) / 12);
    expect([...data.train.dataset.columns.get("x")!.values]).toEqual(
      Array.from({ length: 64 }, (_, row) => expect.closeTo((row - 31.5) / deviation, 5)),
    );
    expect(data.notes).toEqual([]);
    const plain = prepareData(fields, { all: times }, { split: none, seed: 1 });
    expect(plain.notes).toEqual([
      'x: with values that 32 bits cannot tell apart: "1"',
      'x: of "1", 32 bits keep 1 of 64 values',
    ]);
  });

  test("a value that never changes is told, where it is read from 64 bits", () => {
    const flat: RawData = {
      where: "f.csv",
      rows: 4,
      columns: new Map([
        ["x", { shape: [1], values: new Float64Array(4).fill(7) }],
        ["kind", { shape: [], values: ["0", "1", "1", "1"] }],
      ]),
    };
    const none = { train: 0, validation: 0, test: 0 };
    expect(prepareData(fields, { all: flat }, { split: none, seed: 1 }).notes).toEqual([
      'x: the same in every training row, so that nothing is learned of it: "1"',
    ]);
  });

  test("a test source of its own: the rest is split, its statistics are those of the training part", () => {
    const data = prepareData(
      fields,
      { train: many(50), test: many(10, 1000) },
      { ...options, split: { train: 0.9, validation: 0.1, test: 0 } },
    );
    expect([data.train.rows.length, data.validation?.rows.length, data.test?.rows.length]).toEqual([
      45, 5, 10,
    ]);
    expect(data.test!.dataset).not.toBe(data.train.dataset);
    const { shift, factor } = data.preparation.normalizations["x"]!;
    expect(data.test!.dataset.columns.get("x")!.values[0]).toBe(
      Math.fround((1000 - shift[0]!) * factor[0]!),
    );
  });

  test("without a split everything is for training", () => {
    const data = prepareData(
      fields,
      { all: many(10) },
      { split: { train: 0, validation: 0, test: 0 }, seed: 1 },
    );
    expect([data.train.rows.length, data.validation, data.test]).toEqual([
      10,
      undefined,
      undefined,
    ]);
    expect(() => prepareData(fields, {}, options)).toThrow("There is no data to train on.");
  });

  test("a preparation survives being written, and treats other data alike", () => {
    const data = prepareData(fields, { all: many(100) }, options);
    const read = preparationFromText(preparationToText(data.preparation), "w");
    expect(read).toEqual(data.preparation);
    expect(read.classNames["kind"]).toEqual(["no", "yes"]);
    const other = preparePart(fields, rawOf([0, 1], ["yes", "yes"]), read);
    expect([...other.dataset.columns.get("kind")!.values]).toEqual([1, 1]);
    const place = data.train.dataset.columns.get("x")!.values;
    expect([...other.dataset.columns.get("x")!.values]).toEqual([place[0], place[1]]);
  });

  test.each([
    "",
    "{}",
    "null",
    '{"classNames":{"a":1},"normalizations":{}}',
    '{"classNames":{},"normalizations":{"x":{"shift":[1],"factor":[],"offset":[1]}}}',
  ])("%j is no preparation", (text) => {
    expect(() => preparationFromText(text, "w.safetensors")).toThrow(
      "w.safetensors does not say how the data were prepared",
    );
  });
});

describe("batches", () => {
  const data = prepareData(
    fields,
    { all: many(23) },
    { split: { train: 0, validation: 0, test: 0 }, seed: 1 },
  );

  test("every row once an epoch, the short batch last, arrays reused", () => {
    const order = epochOrder(data.train.rows, 7, 1);
    const seen: number[] = [];
    const arrays = new Set<unknown>();
    const sizes: number[] = [];
    for (const batch of batches(data.train, order, ["x", "kind"], 5)) {
      arrays.add(batch.fields["x"]);
      expect(batch.fields["x"]).toHaveLength(5);
      seen.push(...batch.fields["x"]!.subarray(0, batch.rows));
      sizes.push(batch.rows);
      expect([...batch.fields["kind"]!.subarray(0, batch.rows)]).toEqual(
        [...batch.fields["x"]!.subarray(0, batch.rows)].map((value) => Math.sqrt(value) % 2),
      );
    }
    expect(sizes).toEqual([5, 5, 5, 5, 3]);
    expect(batchCount(23, 5)).toBe(5);
    expect(arrays.size).toBe(1);
    expect(seen).toEqual([...order].map((row) => row * row));
    expect(seen.toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 23 }, (_, row) => row * row),
    );
  });

  test("the order is that of seed and epoch", () => {
    expect(epochOrder(data.train.rows, 7, 2)).toEqual(epochOrder(data.train.rows, 7, 2));
    expect(epochOrder(data.train.rows, 7, 2)).not.toEqual(epochOrder(data.train.rows, 7, 3));
    expect(epochOrder(data.train.rows, 7, 2)).not.toEqual(epochOrder(data.train.rows, 8, 2));
    expect(data.train.rows[5]).toBe(5);
  });
});
