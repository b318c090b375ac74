import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Field, RawData } from "../../src/runtime/dataset.ts";
import { saveRows, saveStart } from "../../src/runtime/example-rows.ts";
import { standardize } from "../../src/runtime/normalize.ts";
import { prepareData } from "../../src/runtime/prepare.ts";

const folder = mkdtempSync(join(tmpdir(), "nnspec-examples-"));
const numbers = (size: number, rows: number): RawData["columns"] =>
  new Map([
    [
      "x",
      {
        shape: [size],
        values: Float32Array.from({ length: rows * size }, (_, place) => Math.sqrt(place)),
      },
    ],
  ]);
const source = (columns: RawData["columns"], rows: number): RawData => ({
  where: "test",
  rows,
  columns,
});
const field = (size: number): readonly Field[] => [{ name: "x", shape: [size] }];

describe("examples of the data", () => {
  test("are rows that are not trained on, in the scale in which they were read", () => {
    const data = prepareData(
      field(2),
      { all: source(numbers(2, 40), 40) },
      {
        split: { train: 0.5, validation: 0.25, test: 0.25 },
        seed: 3,
        normalize: { x: [standardize()] },
      },
    );
    const written = data.examples.map(({ x }) => Array.from(x ?? [], (each) => Math.fround(+each)));
    const expected = [...data.test!.rows.subarray(0, 5)].map((row) =>
      [2 * row, 2 * row + 1].map((place) => Math.fround(Math.sqrt(place))),
    );
    expect(written).toEqual(expected);
    expect(data.test!.dataset.columns.get("x")!.values[3]).not.toBe(Math.fround(Math.sqrt(3)));
  });

  test.each([
    { split: { train: 0.5, validation: 0.5, test: 0 }, of: "validation" },
    { split: { train: 0, validation: 0, test: 0 }, of: "train" },
  ] as const)("are of the $of part where there is none after it", ({ split, of }) => {
    const data = prepareData(field(1), { all: source(numbers(1, 12), 12) }, { split, seed: 0 });
    expect(data.examples.map(({ x }) => Math.round(Number(x![0]) ** 2))).toEqual([
      ...data[of]!.rows.subarray(0, 5),
    ]);
  });

  test("are fewer where rows are long, and one at least", () => {
    const none = { split: { train: 0, validation: 0, test: 0 }, seed: 0 };
    const count = (size: number, rows: number): number =>
      prepareData(field(size), { all: source(numbers(size, rows), rows) }, none).examples.length;
    expect([count(4, 3), count(4, 9), count(9_000, 9), count(90_000, 2)]).toEqual([3, 5, 2, 1]);
  });

  test("are written by the names of inputs: numbers as short as 32 bits allow, labels by name", async () => {
    const rows = [0.1, -3, 1 / 3, 1e-7, 16_777_217];
    const columns: RawData["columns"] = new Map([
      ["constructor", { shape: [5], values: Float32Array.from(rows) }],
      ["kind", { shape: [2], values: ["round", "square"] }],
    ]);
    const fields = [
      { name: "constructor", shape: [5] },
      { name: "kind", shape: [2], classes: 2 },
    ];
    const none = { split: { train: 0, validation: 0, test: 0 }, seed: 0 };
    const { examples } = prepareData(fields, { all: source(columns, 1) }, none);
    const path = join(folder, "rows.json");
    await saveRows(path, examples, { x: "constructor", "the kind": "kind" });
    const text = readFileSync(path, "utf8");
    expect(JSON.parse(text)).toEqual([
      { x: [0.1, -3, 0.33333334, 1e-7, 16_777_216], "the kind": ["round", "square"] },
    ]);
    expect(text).toMatch(/^\[\n\{.*\}\n\]\n$/);
  });

  test("of a text are the characters of a row", async () => {
    const letters = [..."Shall I\ngo"];
    const columns: RawData["columns"] = new Map([
      ["text", { shape: [letters.length], values: letters }],
    ]);
    const fields = [{ name: "text", shape: [letters.length], classes: 12 }];
    const none = { split: { train: 0, validation: 0, test: 0 }, seed: 0 };
    const { examples } = prepareData(fields, { all: source(columns, 1) }, none);
    const path = join(folder, "start.txt");
    await saveStart(path, examples, "text");
    expect(readFileSync(path, "utf8")).toBe("Shall I\ngo");
  });
});
