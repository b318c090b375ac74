import { describe, expect, test } from "vitest";
import { showFormula } from "../../src/compiler/typed/show.ts";
import { findings, program, spec } from "./specs.ts";

const data = (parts: Parameters<typeof spec>[0]) => program(spec(parts)).data[0]!;
const csv = 'source: csv("digits.csv", target: "digit")';

describe("a wrong part of the data gives its finding at its place", () => {
  const wrong: readonly (readonly [Parameters<typeof spec>[0], readonly string[]])[] = [
    [{ source: 'sources: csv("a.csv")' }, ["NN0601 sources"]],
    [{ source: `${csv}\n  ${csv}` }, ["NN0609 source"]],
    [{ source: 'source: "digits.csv"' }, ['NN0612 "digits.csv"']],
    [{ source: 'source: cvs("digits.csv")' }, ["NN0411 cvs"]],
    [{ source: 'source: folder("digits")' }, ['NN0612 folder("digits")']],
    [{ source: "source: csv" }, ["NN0403 csv"]],
    [{ source: "source: csv(digits)" }, ["NN0405 digits"]],
    [{ source: 'source: csv("a.csv", traget: "digit")' }, ["NN0401 traget"]],
    [{ source: 'source: csv("a.csv", lable: "digit")' }, ["NN0605 lable"]],
    [{ source: 'source: csv("a.csv", label: 3)' }, ["NN0405 3"]],
    [
      { source: 'source: csv("a.csv", label: "digit", target: "digit")' },
      ['NN0609 target: "digit"'],
    ],
    [{ source: 'source: csv("a.csv", label: image("file"))' }, ["NN0901 image"]],
    [
      {
        source:
          'source: (train: csv("a.csv", target: "digit"), tset: csv("b.csv", target: "digit"))',
      },
      ["NN0604 tset"],
    ],
    [
      {
        source: 'source: (test: csv("a.csv", target: "d"))',
        split: "split: (train: 80%, test: 20%)",
      },
      ["NN0608 test: 20%"],
    ],
    [{ split: "split: (train: 80%, validation: 10%)" }, ["NN0603 (train: 80%, validation: 10%)"]],
    [{ split: "split: (train: 80%, validation: 30%)" }, ["NN0603 (train: 80%, validation: 30%)"]],
    [{ split: "split: (train: 80%, val: 20%)" }, ["NN0604 val"]],
    [{ split: "split: 80%" }, ["NN0405 80%"]],
    [{ split: "split: (train: 80%, validation: relu)" }, ["NN0405 relu"]],
    [{ split: "split: (train: 80%, validation: 20%, by: patient)" }, ["NN0405 patient"]],
    [{ split: "split: (train: 80%, validation: 20%, shuffle: off)" }, ["NN0604 shuffle"]],
    [{ split: "split: folds(5)" }, ["NN0405 folds(5)"]],
    [{ split: "split: (folds: 1)" }, ["NN0406 1"]],
    [{ split: "split: (folds: 2.5)" }, ["NN0405 2.5"]],
    [{ split: "split: (folds: 5, train: 80%)" }, ["NN0630 train: 80%"]],
    [{ split: "split: (folds: 5, validation: 20%)" }, ["NN0630 validation: 20%"]],
    [{ split: "split: (folds: 5, folds: 3)" }, ["NN0609 folds: 3"]],
    [{ split: "split: (folds: 5, test: 100%)" }, ["NN0613 (folds: 5, test: 100%)"]],
    [{ split: "split: (train: 80%, test: 20%, stratify: image)" }, ["NN0405 image"]],
    [{ split: 'split: (train: 80%, test: 20%, stratify: "label")' }, ['NN0405 "label"']],
    [{ split: "split: (train: 80%, test: 20%, order: time)" }, ["NN0405 time"]],
    [
      { split: "split: (train: 80%, test: 20%, order: rows, stratify: label)" },
      ["NN0630 order: rows"],
    ],
    [{ split: 'split: (train: 80%, test: 20%, order: rows, by: "p")' }, ['NN0630 by: "p"']],
    [{ split: 'split: (train: 80%, test: 20%, stratify: label, by: "p")' }, ['NN0630 by: "p"']],
    [{ split: "split: (validation: 50%, test: 50%)" }, ["NN0613 (validation: 50%, test: 50%)"]],
    [{ split: "split: (train: 50%, train: 50%)" }, ["NN0609 train: 50%"]],
    [{ split: "normalize: standardise" }, ["NN0411 standardise"]],
    [{ split: "normalize: whiten(keep: 99%) then standardize" }, ["NN0621 whiten(keep: 99%)"]],
    [{ split: "normalize: (images: standardize)" }, ["NN0605 images"]],
    [{ split: "normalize: (label: standardize)" }, ["NN0606 label"]],
    [{ fields: "image: f32[B, px: 64]\n  label: class[B] of 1" }, ["NN0611 1"]],
  ];
  test.each(wrong)("%o", (parts, expected) => expect(findings(spec(parts))).toEqual(expected));
});

test("the first axis is one free dim in all fields", () => {
  expect(findings("nnspec 1\ndim B\ndim N\ndata D {\n  x: f32[B, 3]\n  y: f32[N, 1]\n}\n")).toEqual(
    ["NN0602 N"],
  );
  expect(findings("nnspec 1\ndim B = 5\ndata D {\n  x: f32[B, 3]\n}\n")).toEqual(["NN0602 B"]);
});

test("`target` is short for the second field's column; other columns are named by field", () => {
  expect(data({}).sources[0]?.source.fieldArguments).toEqual({ label: "digit" });
  expect(
    data({ source: 'source: npz("a.npz", image: "x", label: "y")' }).sources[0]?.source
      .fieldArguments,
  ).toEqual({ image: "x", label: "y" });
});

test("a source for each part; the split divides the rest", () => {
  const { sources, split } = data({
    source: 'source: (train: csv("a.csv", target: "d"), test: csv("b.csv", target: "d"))',
    split: "split: (train: 90%, validation: 10%)",
  });
  expect(sources.map(({ part }) => part)).toEqual(["train", "test"]);
  expect(split).toEqual({ train: 0.9, validation: 0.1, test: 0 });
});

test("rows are chosen by their classes, in their order, or in folds", () => {
  const split = (written: string): unknown => data({ split: `split: (${written})` }).split;
  const shares = { train: 0.8, validation: 0.2, test: 0 };
  expect(split("train: 80%, validation: 20%, stratify: label")).toEqual({
    ...shares,
    stratify: "label",
  });
  expect(split("train: 80%, validation: 20%, order: rows")).toEqual({
    ...shares,
    order: { by: "rows" },
  });
  expect(split('train: 80%, validation: 20%, order: "day"')).toEqual({
    ...shares,
    order: { by: "column", column: "day" },
  });
  expect(split("folds: 5, test: 50%, stratify: label")).toEqual({
    ...{ train: 0.4, validation: 0.1, test: 0.5 },
    ...{ folds: 5, stratify: "label" },
  });
});

test("without a split everything is for training", () => {
  expect(data({ split: "" }).split).toEqual({ train: 1, validation: 0, test: 0 });
});

test("thirds make a whole, and rows may be kept together", () => {
  expect(
    data({ split: 'split: (train: 1 / 3, validation: 1 / 3, test: 1 / 3, by: "patient")' }).split
      .by,
  ).toBe("patient");
});

test("one normalisation is for every f32 field, a record for those it names", () => {
  const fields = "image: f32[B, px: 64]\n  label: class[B] of 10\n  age: f32[B, 1]";
  expect(
    data({ fields, split: "normalize: standardize" }).normalize.map(({ field }) => field),
  ).toEqual(["image", "age"]);
  expect(
    data({ fields, split: "normalize: (age: scale(0 .. 1))" }).normalize.map(({ field }) => field),
  ).toEqual(["age"]);
});

describe("a formula as a source", () => {
  const waves = (source: string, x = "x: f32[B, 1]", y = "y: f32[B, 1]") =>
    `nnspec 1\ndim B\nhyper k = 6\ndefine wave(t, n = 2) = sin(n * t)\ndata Waves {\n  ${x}\n  ${y}\n  source: ${source}\n}\n`;
  test("names, hypers and definitions are put in", () => {
    const { formula, use } = program(
      waves("function(wave(k * x) + 1, x: 0 .. 1, points: 50, noise: 0.1)"),
    ).data[0]!.sources[0]!.source;
    expect(showFormula(formula!.expression)).toBe("sin(2 * (6 * x)) + 1");
    expect(formula!.inputs).toEqual([{ name: "x", from: 0, to: 1 }]);
    expect(use.arguments).toMatchObject({ points: 50, noise: 0.1 });
  });
  test.each([
    ["function(sin(x))", ["NN0610 x"]],
    ["function(sin(1))", ["NN0610 sin(1)"]],
    ["function(sin(a) + b, a: 0 .. 1, b: 0 .. 1)", ["NN0610 sin(a) + b"]],
    ["function(sin(x), x: 1)", ["NN0405 1"]],
    ["function(sin(x), x: 1 .. 0)", ["NN0405 1 .. 0"]],
    ["function(sinn(x), x: 0 .. 1)", ["NN0411 sinn"]],
    ["function(sin(x, x), x: 0 .. 1)", ["NN0410 sin"]],
    ["function(x: 0 .. 1)", ["NN0403 function(x: 0 .. 1)"]],
  ])("%s", (source, expected) => {
    const found = findings(waves(source)).filter((each) => !each.startsWith("NN10"));
    expect(found.map((each) => each.slice(0, 6))).toEqual(expected.map((each) => each.slice(0, 6)));
  });
});

test("synthetic labels agree with the field", () => {
  const spirals = (classes: number) =>
    `nnspec 1\ndim B\ndata S {\n  point: f32[B, 2]\n  arm: class[B] of 3\n  source: spirals(points: 10, classes: ${classes})\n}\n`;
  expect(findings(spirals(3))).toEqual([]);
  expect(findings(spirals(2))).toEqual(["NN0611 spirals(points: 10, classes: 2)"]);
});
