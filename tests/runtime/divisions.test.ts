import { describe, expect, test } from "vitest";
import { countClassRows, describeClassRows, lackingClasses } from "../../src/runtime/class-rows.ts";
import type { RawData } from "../../src/runtime/dataset.ts";
import { foldRows } from "../../src/runtime/fold-rows.ts";
import { rowsInOrder } from "../../src/runtime/order-rows.ts";
import { prepareData } from "../../src/runtime/prepare.ts";
import type { Split } from "../../src/runtime/split.ts";
import { splitStratified } from "../../src/runtime/stratify.ts";
import { overFolds } from "../../src/runtime/training/fold-training.ts";

const parts = ["train", "validation", "test"] as const;

function countsOf(
  split: Split,
  labels: Float32Array,
  classes: number,
): readonly (readonly number[])[] {
  return parts.map((part) =>
    Array.from(
      { length: classes },
      (_, label) => split[part].filter((row) => labels[row] === label).length,
    ),
  );
}

/** Every row is in one part. */
function whole({ train, validation, test: tested }: Split, rows: number): void {
  const all = [...train, ...validation, ...tested].sort((a, b) => a - b);
  expect(all).toEqual(Array.from({ length: rows }, (_, row) => row));
}

describe("classes in their proportions", () => {
  const fractions = { train: 0.7, validation: 0.15, test: 0.15 };

  test("counts of rows are exact, and those of a class within 1 of its share; any seed", () => {
    const labels = Float32Array.from({ length: 200 }, (_, row) =>
      row % 10 < 5 ? 0 : row % 10 < 9 ? 1 : 2,
    );
    for (let seed = 0; seed < 20; seed++) {
      const split = splitStratified(labels, fractions, seed);
      whole(split, 200);
      expect(parts.map((part) => split[part].length)).toEqual([140, 30, 30]);
      const counts = countsOf(split, labels, 3);
      [0.5, 0.4, 0.1].forEach((share, label) =>
        [140, 30, 30].forEach((size, part) =>
          expect(Math.abs(counts[part]![label]! - share * size)).toBeLessThanOrEqual(1),
        ),
      );
    }
    expect(splitStratified(labels, fractions, 1)).not.toEqual(
      splitStratified(labels, fractions, 2),
    );
    expect(splitStratified(labels, fractions, 1)).toEqual(splitStratified(labels, fractions, 1));
  });

  test("three rare rows of a hundred are in all three parts, two in two of them, one to train on or not at all lost", () => {
    for (const rare of [3, 2, 1])
      for (let seed = 0; seed < 20; seed++) {
        const labels = Float32Array.from({ length: 100 }, (_, row) => (row < rare ? 2 : row % 2));
        const split = splitStratified(labels, fractions, seed);
        whole(split, 100);
        expect(parts.map((part) => split[part].length)).toEqual([70, 15, 15]);
        const counts = countsOf(split, labels, 3).map((part) => part[2]!);
        expect(counts.filter((count) => count > 0)).toHaveLength(rare);
      }
  });

  test("a part that would be empty is refused", () =>
    expect(() => splitStratified(Float32Array.from([0, 1]), fractions, 1)).toThrow(
      "would be empty",
    ));
});

describe("rows in order", () => {
  test("by numbers and by dates, equal ones as they stand", () => {
    expect([...rowsInOrder(["3", "1", " 2 ", "1"], "d.csv")]).toEqual([1, 3, 2, 0]);
    expect([...rowsInOrder(["2024-02-01", "2023-12-31", "2024-01-31 23:59"], "d.csv")]).toEqual([
      1, 2, 0,
    ]);
    // Half past eleven in Paris is before eleven in London.
    expect([
      ...rowsInOrder(["2024-01-01T11:00:00Z", "2024-01-01T11:30:00+01:00"], "d.csv"),
    ]).toEqual([1, 0]);
  });

  test("what is neither is refused by its row", () => {
    expect(() => rowsInOrder(["2024-01-01", "01.02.2024"], "d.csv")).toThrow(
      'd.csv, row 2: the column that puts rows in order takes numbers or dates such as 2024-05-31; found "01.02.2024".',
    );
    expect(() => rowsInOrder(["1", ""], "d.csv")).toThrow("row 2");
  });

  const source = (groups?: readonly string[]): RawData => ({
    where: "d.csv",
    rows: 10,
    columns: new Map([
      ["x", { shape: [], values: Float32Array.from({ length: 10 }, (_, row) => row) }],
    ]),
    ...(groups && { groups }),
  });
  const prepared = (order: "rows" | "column", groups?: readonly string[]) =>
    prepareData(
      [{ name: "x", shape: [] }],
      { all: source(groups) },
      {
        split: { train: 0.6, validation: 0.2, test: 0.2, order },
        seed: 1,
      },
    );

  test("the first are for training and the last for testing", () => {
    const { train, validation, test: tested } = prepared("rows");
    expect([train, validation!, tested!].map(({ rows }) => [...rows])).toEqual([
      [0, 1, 2, 3, 4, 5],
      [6, 7],
      [8, 9],
    ]);
    const days = ["9", "8", "7", "6", "5", "4", "3", "2", "1", "0"];
    expect([...prepared("column", days).test!.rows]).toEqual([0, 1]);
    expect(() => prepared("column")).toThrow("has no column beside the fields");
  });
});

describe("folds", () => {
  const all = (
    rows: number,
    folds: number,
    test: number,
    binding: Parameters<typeof foldRows>[3],
  ): readonly Split[] =>
    Array.from({ length: folds }, (_, index) =>
      foldRows(rows, { fold: index + 1, folds, test }, 7, binding),
    );
  const validated = (splits: readonly Split[]): readonly number[] =>
    splits.flatMap(({ validation }) => [...validation]).sort((a, b) => a - b);

  test("each row validates once; sizes differ by at most 1; rows for testing are the same in all", () => {
    const splits = all(23, 5, 0, {});
    for (const split of splits) whole(split, 23);
    expect(validated(splits)).toEqual(Array.from({ length: 23 }, (_, row) => row));
    expect(splits.map(({ validation }) => validation.length).sort()).toEqual([4, 4, 5, 5, 5]);
    const tested = all(23, 4, 0.3, {});
    for (const split of tested) whole(split, 23);
    expect(new Set(tested.map(({ test }) => test.join())).size).toBe(1);
    expect(tested[0]!.test).toHaveLength(7);
    expect(validated(tested)).toHaveLength(16);
  });

  test("with classes, each fold has its share of every class", () => {
    const labels = Float32Array.from({ length: 60 }, (_, row) => (row < 10 ? 1 : row < 15 ? 2 : 0));
    const splits = all(60, 5, 0, { labels });
    for (const split of splits) {
      whole(split, 60);
      expect(countsOf(split, labels, 3)[1]).toEqual([9, 2, 1]);
    }
    for (const { test } of all(60, 5, 0.2, { labels }))
      expect([0, 1, 2].map((label) => test.filter((row) => labels[row] === label).length)).toEqual([
        9, 2, 1,
      ]);
  });

  test("groups stay together", () => {
    const groups = Array.from({ length: 30 }, (_, row) => `patient ${row % 7}`);
    const splits = all(30, 3, 0.2, { groups });
    for (const split of splits) {
      whole(split, 30);
      for (const group of new Set(groups)) {
        const holding = parts.filter((part) => split[part].some((row) => groups[row] === group));
        expect(holding).toHaveLength(1);
      }
    }
  });

  test("in order the future is never trained on, and what overlaps is left out", () => {
    const splits = all(24, 3, 0, { reach: 2 });
    for (const { train, validation } of splits)
      expect(Math.max(...train) + 2).toBeLessThan(Math.min(...validation));
    expect(splits.map(({ train, validation }) => [train.length, validation.length])).toEqual([
      [4, 6],
      [10, 6],
      [16, 6],
    ]);
  });

  test("more folds than rows or groups are refused", () => {
    expect(() => all(3, 5, 0, {})).toThrow(
      "5 folds are asked for, and there are only 3 rows to divide.",
    );
    expect(() => all(9, 3, 0, { groups: ["a", "a", "a", "b", "b", "b", "b", "b", "b"] })).toThrow(
      "only 2 groups",
    );
    expect(() => all(8, 3, 0, { reach: 2 })).toThrow("Nothing is left to train on in fold 1");
  });

  test("the mean of a metric and its deviation from fold to fold; what a fold does not define is left out", () => {
    const told = overFolds([
      { loss: 1, auc: Number.NaN },
      { loss: 2, auc: 0.5 },
      { loss: 6, auc: 0.7 },
    ]);
    expect(told["loss"]).toEqual({ mean: 3, deviation: Math.sqrt(7), folds: 3 });
    expect(told["auc"]!.mean).toBeCloseTo(0.6, 12);
    expect(told["auc"]!.deviation).toBeCloseTo(Math.sqrt(0.02), 12);
    expect(told["auc"]!.folds).toBe(2);
  });
});

describe("rows of each class", () => {
  const prepared = (labels: readonly string[], classes: number) =>
    prepareData(
      [{ name: "kind", shape: [], classes }],
      {
        all: {
          where: "d.csv",
          rows: labels.length,
          columns: new Map([["kind", { shape: [], values: labels }]]),
        },
      },
      { split: { train: 0.6, validation: 0.2, test: 0.2, order: "rows" }, seed: 1 },
    );

  test("are told part by part, and which of them a part lacks", () => {
    const rows = countClassRows("kind", prepared([..."aaabbbaabb"], 3));
    expect(describeClassRows(rows)).toBe("kind      a 3/2/0, b 3/0/2, unnamed 2 0/0/0");
    expect(lackingClasses(rows)).toEqual([
      'no row to train on has the kind "unnamed 2": it is not learned; classes are numbered in the order of the names that the data have',
      'no row of the validation part has the kind "b", so its numbers say nothing of that (`stratify: kind` in the split spreads rare classes)',
      'no row of the test part has the kind "a", so its numbers say nothing of that (`stratify: kind` in the split spreads rare classes)',
    ]);
  });

  test("many classes are not listed one by one", () => {
    const labels = Array.from({ length: 100 }, (_, row) => String(row % 20));
    const rows = countClassRows("kind", prepared(labels, 20));
    expect(describeClassRows(rows)).toBe("kind      20 classes of 3 to 3 rows to train on");
    expect(lackingClasses(rows)).toEqual([]);
  });
});
