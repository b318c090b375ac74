import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { normalizeValues, scale, standardize } from "../../src/runtime/normalize.ts";
import { prepareData } from "../../src/runtime/prepare.ts";
import { makeFunction } from "../../src/runtime/make-function.ts";
import { makeSpirals } from "../../src/runtime/make-spirals.ts";
import { readAny } from "../../src/runtime/read-any.ts";
import { readCsv } from "../../src/runtime/read-csv.ts";
import { readIdx } from "../../src/runtime/read-idx.ts";

const split = { train: 0.8, validation: 0.1, test: 0.1 };
const counts = (labels: ArrayLike<number | string | bigint>) => {
  const times: Record<string, number> = {};
  for (const label of Array.from(labels, String)) times[label] = (times[label] ?? 0) + 1;
  return times;
};

describe("the data of the examples", () => {
  const digits = [
    { name: "image", shape: [64] },
    { name: "label", shape: [], classes: 10 },
  ];

  test("digits: 1,797 rows, the known counts of each digit, pixels 0 … 16", async () => {
    const raw = await readCsv(digits, {
      path: "data/digits.csv.gz",
      directory: "examples",
      header: false,
      target: "65",
    });
    expect(raw.rows).toBe(1797);
    expect(counts(raw.columns.get("label")!.values)).toEqual({
      0: 178,
      1: 182,
      2: 177,
      3: 183,
      4: 181,
      5: 182,
      6: 181,
      7: 179,
      8: 174,
      9: 180,
    });
    const pixels = raw.columns.get("image")!.values as Float32Array;
    expect([Math.min(...pixels), Math.max(...pixels)]).toEqual([0, 16]);
    expect(pixels.reduce((sum, value) => sum + value, 0)).toBe(561_718);
    const data = prepareData(
      digits,
      { all: raw },
      { split, seed: 7, normalize: { image: [standardize()] } },
    );
    expect([data.train.rows.length, data.validation?.rows.length, data.test?.rows.length]).toEqual([
      1437, 180, 180,
    ]);
    expect(data.preparation.classNames).toEqual({});
    expect([...data.train.dataset.columns.get("image")!.values].every(Number.isFinite)).toBe(true);
  });

  test("digits as images: the same numbers under another shape", async () => {
    const source = { header: false, target: "65" };
    const image = [{ name: "image", shape: [8, 8, 1] }, digits[1]!];
    const raw = await readAny(image, "examples/data/digits.csv.gz", source);
    const data = prepareData(
      image,
      { all: raw },
      { split, seed: 7, normalize: { image: [scale(0, 1)] } },
    );
    expect(data.preparation.normalizations["image"]).toEqual({
      shift: [0],
      factor: [1 / 16],
      offset: [0],
    });
  });

  test("iris: 150 rows after one odd line, 50 of each kind", async () => {
    const fields = [
      { name: "features", shape: [4] },
      { name: "species", shape: [], classes: 3 },
    ];
    const raw = await readCsv(fields, {
      path: "examples/data/iris.csv",
      header: false,
      skip: 1,
      target: "5",
    });
    expect(raw.rows).toBe(150);
    expect(counts(raw.columns.get("species")!.values)).toEqual({ 0: 50, 1: 50, 2: 50 });
    const means = [0, 1, 2, 3].map(
      (place) =>
        Array.from({ length: 150 }, (_, row) =>
          Number(raw.columns.get("features")!.values[4 * row + place]),
        ).reduce((a, b) => a + b) / 150,
    );
    expect(means.map((mean) => mean.toFixed(3))).toEqual(["5.843", "3.057", "3.758", "1.199"]);
  });

  const mnist = "../shared/data/mnist10k";
  test.skipIf(!existsSync(mnist))(
    "MNIST: 8,000 and 2,000 images, the statistics of the training part",
    async () => {
      const fields = [
        { name: "image", shape: [28, 28, 1] },
        { name: "label", shape: [], classes: 10 },
      ];
      const read = (part: string) =>
        readIdx(fields, {
          directory: mnist,
          fields: { image: `${part}-images-idx3-ubyte.gz`, label: `${part}-labels-idx1-ubyte.gz` },
        });
      const [train, test] = [await read("train"), await read("test")];
      expect([train.rows, test.rows]).toEqual([8000, 2000]);
      const data = prepareData(
        fields,
        { train, test },
        {
          split: { train: 0.9, validation: 0.1, test: 0 },
          seed: 1,
          normalize: { image: [scale(0, 1)] },
        },
      );
      expect([
        data.train.rows.length,
        data.validation?.rows.length,
        data.test?.rows.length,
      ]).toEqual([7200, 800, 2000]);
      expect(data.preparation.normalizations["image"]?.factor).toEqual([1 / 255]);
      const images = data.train.dataset.columns.get("image")!.values;
      expect(images.reduce((sum, value) => sum + value, 0) / images.length).toBeCloseTo(0.13, 1);
    },
  );
});

describe("synthetic data", () => {
  const fields = [
    { name: "x", shape: [2] },
    { name: "arm", shape: [], classes: 3 },
  ];

  test("spirals lie on their arms, each with as many points; the seed decides", async () => {
    const raw = await makeSpirals(fields, {
      points: 100,
      classes: 3,
      turns: 1.5,
      noise: 0,
      seed: 1,
    });
    expect(raw.rows).toBe(300);
    const places = raw.columns.get("x")!.values as Float32Array;
    const arms = raw.columns.get("arm")!.values as Float32Array;
    expect(counts(arms)).toEqual({ 0: 100, 1: 100, 2: 100 });
    for (let row = 0; row < 300; row++) {
      const [x, y] = [places[2 * row]!, places[2 * row + 1]!];
      const radius = Math.hypot(x, y);
      const angle = 2 * Math.PI * (arms[row]! / 3 + 1.5 * radius);
      expect(x).toBeCloseTo(radius * Math.cos(angle), 5);
      expect(y).toBeCloseTo(radius * Math.sin(angle), 5);
    }
    const radii = Array.from({ length: 300 }, (_, row) =>
      Math.hypot(places[2 * row]!, places[2 * row + 1]!),
    );
    expect(Math.abs(radii.reduce((a, b) => a + b) / 300 - 0.5)).toBeLessThan(
      4 * Math.sqrt(1 / 12 / 300),
    );
    const at = async (seed: number) =>
      (await makeSpirals(fields, { seed })).columns.get("x")!.values;
    expect(await at(1)).toEqual(await at(1));
    expect(await at(1)).not.toEqual(await at(2));
  });

  test("a function with noise: inputs in their ranges, residuals of the asked deviation", async () => {
    const shapes = [
      { name: "x", shape: [2] },
      { name: "y", shape: [1] },
    ];
    const formula = ({ a, b }: Readonly<Record<string, number>>) => a! * b!;
    const raw = await makeFunction(shapes, {
      formula,
      inputs: [
        { name: "a", from: -1, to: 1 },
        { name: "b", from: 5, to: 6 },
      ],
      points: 5000,
      noise: 0.1,
      seed: 2,
    });
    const [x, y] = [
      raw.columns.get("x")!.values as Float32Array,
      raw.columns.get("y")!.values as Float32Array,
    ];
    let squares = 0;
    for (let row = 0; row < 5000; row++) {
      const [a, b] = [x[2 * row]!, x[2 * row + 1]!];
      expect(a >= -1 && a <= 1 && b >= 5 && b <= 6).toBe(true);
      squares += (y[row]! - a * b) ** 2;
    }
    expect(Math.abs(Math.sqrt(squares / 5000) - 0.1)).toBeLessThan((4 * 0.1) / Math.sqrt(10_000));
  });

  test("other files are known by their endings", async () => {
    await expect(readAny(fields, "a.parquet")).rejects.toThrow(
      "a.parquet cannot be read: it is not told by its name what it is.",
    );
    await expect(readAny(fields, "a.tsv.gz")).rejects.toThrow(
      "a.tsv.gz cannot be read: there is no such file or folder.",
    );
  });
});

test("normalising is of every row, also of those outside the training part", () => {
  const values = Float32Array.of(1, 2, 3, 4);
  normalizeValues(values, { shift: [1, 2], factor: [2, 10], offset: [0, 1] });
  expect([...values]).toEqual([0, 1, 4, 21]);
});
