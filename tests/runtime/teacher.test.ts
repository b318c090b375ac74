import { expect, test } from "vitest";
import { prepareData } from "../../src/runtime/prepare.ts";
import { preparationToText } from "../../src/runtime/preparation-text.ts";
import { standardize, scale, type NormalizationStep } from "../../src/runtime/normalize.ts";
import type { RawData } from "../../src/runtime/dataset.ts";
import { checkTeacher } from "../../src/runtime/teacher.ts";

const fields = [
  { name: "x", shape: [2] },
  { name: "label", shape: [], classes: 2 },
];

function prepared(
  steps: readonly NormalizationStep[],
  seed: number,
  labels: readonly [string, string] = ["cat", "dog"],
  stretch = 1,
) {
  const rows = 400;
  const values = Float32Array.from(
    { length: rows * 2 },
    (_, index) => stretch * (5 + 3 * Math.sin(index * 1.3) + (index % 7)),
  );
  const names = Array.from({ length: rows }, (_, row) => labels[row % 2]!);
  const raw: RawData = {
    where: "here",
    rows,
    columns: new Map([
      ["x", { shape: [2], values }],
      ["label", { shape: [], values: names }],
    ]),
  };
  return prepareData(
    fields,
    { all: raw },
    {
      split: { train: 0.8, validation: 0.1, test: 0.1 },
      seed,
      normalize: steps.length === 0 ? {} : { x: steps },
    },
  );
}

const fileOf = (data: ReturnType<typeof prepared>, seed: number) => ({
  tensors: new Map(),
  metadata: { seed: String(seed), preparation: preparationToText(data.preparation) },
});
const own = prepared([standardize()], 0);

test("a teacher of the same data has nothing to be said of", () => {
  expect(checkTeacher(fileOf(own, 0), "a.safetensors", own, ["x"], 0)).toEqual([]);
});

test("another division of the same rows is said: slightly other statistics, and rows that it has seen", () => {
  const remarks = checkTeacher(
    fileOf(prepared([standardize()], 3), 3),
    "a.safetensors",
    own,
    ["x"],
    0,
  );
  expect(remarks).toHaveLength(2);
  expect(remarks[0]).toMatch(/scale differs slightly, by 0\.0\d+ in the mean/);
  expect(remarks[1]).toContain("seed 3");
});

test.each([
  ["no scale at all", prepared([], 0)],
  ["another scale", prepared([scale(0, 1)], 0)],
  ["values ten times as large", prepared([standardize()], 0, ["cat", "dog"], 10)],
])("%s is refused", (_, other) => {
  expect(() => checkTeacher(fileOf(other, 0), "a.safetensors", own, ["x"], 0)).toThrow(
    "in another scale",
  );
});

test("other classes are refused, and named", () => {
  expect(() =>
    checkTeacher(
      fileOf(prepared([standardize()], 0, ["cow", "dog"]), 0),
      "a.safetensors",
      own,
      ["x"],
      0,
    ),
  ).toThrow("other classes of label");
});

test("a file that says nothing of its data is refused", () => {
  expect(() =>
    checkTeacher({ tensors: new Map(), metadata: {} }, "a.safetensors", own, ["x"], 0),
  ).toThrow("a.safetensors does not say how the data were prepared");
});
