import { describe, expect, test } from "vitest";
import { bindFields, type Field, type RawColumn, type RawData } from "../../src/runtime/dataset.ts";
import { describeError } from "../../src/runtime/errors.ts";

const raw = (rows: number, columns: Record<string, RawColumn>, where = "f.csv"): RawData => ({
  where,
  rows,
  columns: new Map(Object.entries(columns)),
});
const numbers = (shape: readonly number[], ...values: number[]): RawColumn => ({
  shape,
  values: Float32Array.from(values),
});
const texts = (...values: string[]): RawColumn => ({ shape: [], values });
const failure = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return describeError(error);
  }
  throw new Error("nothing was refused");
};
const kind: Field = { name: "kind", shape: [], classes: 3 };
const bindLabels = (...lists: RawColumn[]) =>
  bindFields(
    [kind],
    lists.map((list, index) => raw(list.values.length, { kind: list }, `part ${index + 1}`)),
  ).map(({ columns }) => ({
    values: [...columns.get("kind")!.values],
    names: columns.get("kind")!.classNames,
  }));

describe("labels", () => {
  test("0 … n − 1 stay, also as text", () => {
    expect(bindLabels(numbers([], 2, 0, 1))).toEqual([{ values: [2, 0, 1], names: undefined }]);
    expect(bindLabels(texts("2", "0", "1", "1"))).toEqual([
      { values: [2, 0, 1, 1], names: undefined },
    ]);
    expect(bindLabels(numbers([], 0, 0))).toEqual([{ values: [0, 0], names: undefined }]);
  });

  test("words are numbered in sorted order, numbers by size", () => {
    expect(bindLabels(texts("virginica", "setosa", "versicolor", "setosa"))).toEqual([
      { values: [2, 0, 1, 0], names: ["setosa", "versicolor", "virginica"] },
    ]);
    expect(bindLabels(texts("10", "9", "-1"))).toEqual([
      { values: [2, 1, 0], names: ["-1", "9", "10"] },
    ]);
    expect(bindLabels(numbers([], 1, 2, 3))).toEqual([
      { values: [0, 1, 2], names: ["1", "2", "3"] },
    ]);
    expect(bindLabels(texts("b", "10", "a"))).toEqual([
      { values: [2, 0, 1], names: ["10", "a", "b"] },
    ]);
  });

  test.each<[string, RawColumn, readonly string[]]>([
    ["leading zeros", texts("007", "7", "07"), ["007", "07", "7"]],
    ["exponents", texts("1E5", "2E3", "100000"), ["2E3", "100000", "1E5"]],
    ["signs", texts("1", "-1", "+1"), ["-1", "+1", "1"]],
    ["points", texts("0", "0.0", "1"), ["0", "0.0", "1"]],
    [
      "identities of 64 bits",
      texts("9007199254740993", "9007199254740992", "9007199254740994"),
      ["9007199254740992", "9007199254740993", "9007199254740994"],
    ],
    [
      "integers of 64 bits",
      { shape: [], values: BigInt64Array.of(9007199254740993n, 16777217n, 9007199254740992n) },
      ["16777217", "9007199254740992", "9007199254740993"],
    ],
    [
      "integers of 32 bits",
      { shape: [], values: Float64Array.of(16777217, 16777216) },
      ["16777216", "16777217"],
    ],
    [
      "hexadecimal and words that are numbers to JavaScript",
      texts("0x1", "1", "Infinity"),
      ["0x1", "1", "Infinity"],
    ],
  ])("%s are told apart by what is written", (_, column, names) => {
    const [bound] = bindLabels(column);
    expect(bound!.names).toEqual(names);
    expect(bound!.values).toEqual([...column.values].map((label) => names.indexOf(String(label))));
  });

  test("one numbering for all sources, in whatever part a label is met", () => {
    expect(bindLabels(texts("b", "c"), texts("a", "c"))).toEqual([
      { values: [1, 2], names: ["a", "b", "c"] },
      { values: [0, 2], names: ["a", "b", "c"] },
    ]);
    expect(bindLabels(numbers([], 0, 1), numbers([], 2))).toEqual([
      { values: [0, 1], names: undefined },
      { values: [2], names: undefined },
    ]);
  });

  test("the numbering of an earlier training holds, also for fewer labels", () => {
    const bind = (known: Record<string, string[]>, column: RawColumn) => [
      ...bindFields([kind], [raw(column.values.length, { kind: column })], known)[0]!.columns.get(
        "kind",
      )!.values,
    ];
    expect(bind({ kind: ["a", "b", "c"] }, texts("c", "b"))).toEqual([2, 1]);
    expect(bind({}, texts("2", "1"))).toEqual([2, 1]);
    expect(failure(() => bind({ kind: ["a", "b", "c"] }, texts("c", "d")))).toBe(
      'f.csv: "kind", row 2: the label "d" is none of "a", "b", "c".',
    );
    expect(failure(() => bind({}, texts("1", "3")))).toBe(
      'f.csv: "kind", row 2: the label "3" is none of 0 to 2.',
    );
  });

  test("too many labels, missing labels", () => {
    expect(failure(() => bindLabels(texts("d", "a", "b", "c")))).toBe(
      'part 1: "kind" is declared with 3 classes; found 4 different labels.\n  Found: "a", "b", "c", "d".',
    );
    expect(failure(() => bindLabels(numbers([], 1, Number.NaN)))).toBe(
      'part 1: "kind", row 2: the label is missing.',
    );
  });

  test("names that every object inherits are names like others", () => {
    const fields: Field[] = [
      { name: "constructor", shape: [], classes: 2 },
      { name: "toString", shape: [1] },
    ];
    const data = bindFields(
      fields,
      [raw(2, { constructor: texts("__proto__", "hasOwnProperty"), toString: numbers([1], 1, 2) })],
      {
        ["constructor"]: ["__proto__", "hasOwnProperty"],
      },
    );
    expect([...data[0]!.columns.get("constructor")!.values]).toEqual([0, 1]);
  });
});

describe("shapes", () => {
  const bind = (
    declared: readonly number[],
    found: readonly number[],
    count = found.reduce((a, b) => a * b, 1),
  ) =>
    bindFields(
      [{ name: "x", shape: declared }],
      [raw(1, { x: numbers(found, ...Array.from({ length: count }, () => 0)) })],
    )[0]!.columns.get("x")!.size;

  test.each([
    [
      [28, 28, 1],
      [28, 28],
    ],
    [
      [28, 28],
      [1, 28, 28],
    ],
    [[784], [28, 28]],
    [[28, 28, 1], [784]],
    [[], [1]],
    [[1], []],
  ])("%j takes %j", (declared, found) => {
    expect(bind(declared, found)).toBe(declared.reduce((a, b) => a * b, 1));
  });

  test.each([
    [
      [28, 28, 3],
      [3, 28, 28],
    ],
    [
      [4, 6],
      [6, 4],
    ],
    [[784], [783]],
    [
      [2, 2, 3],
      [4, 3],
    ],
    [[], [2]],
  ])("%j refuses %j", (declared, found) => {
    expect(failure(() => bind(declared, found))).toBe(
      `f.csv: "x" is declared with [${declared.join(", ")}] a row; found [${found.join(", ")}].`,
    );
  });
});

describe("faults are named by field, row and place", () => {
  const fields: Field[] = [{ name: "x", shape: [2] }, kind];
  test.each([
    [
      "no such field",
      raw(1, { y: numbers([2], 1, 2), kind: texts("0") }),
      'f.csv has nothing for the field "x".\n  It has: y, kind.',
    ],
    [
      "rows disagree",
      raw(2, { x: numbers([2], 1, 2, 3, 4), kind: texts("0") }),
      'f.csv: the fields disagree: "kind" has 1 rows, the others 2.',
    ],
    [
      "not a number",
      raw(2, { x: numbers([2], 1, 2, 3, Number.NaN), kind: texts("0", "1") }),
      'f.csv: "x", row 2, place 2: NaN is not a number to train on.',
    ],
    [
      "infinite",
      raw(1, { x: numbers([2], -Infinity, 2), kind: texts("0") }),
      'f.csv: "x", row 1, place 1: -Infinity is not a number to train on.',
    ],
    [
      "text",
      raw(1, { x: { shape: [2], values: ["a", "b"] }, kind: texts("0") }),
      'f.csv: "x" needs numbers; found text.',
    ],
    ["no rows", raw(0, { x: numbers([2]), kind: texts() }), "f.csv has no rows."],
  ])("%s", (_, data, message) => {
    expect(failure(() => bindFields(fields, [data]))).toBe(message);
  });
});
