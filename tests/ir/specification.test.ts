import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Op } from "../../src/compiler/ir/graph.ts";
import { attributeNames } from "../../src/compiler/ir/primitives/attribute-names.ts";
import { ops } from "../../src/compiler/ir/primitives/index.ts";

const chapter = readFileSync("spec/11-intermediate-representation.md", "utf8");
const rows = chapter
  .split("\n")
  .filter((line) => line.startsWith("| `"))
  .map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

test("the chapter has a row for every primitive, in the order of the source", () => {
  expect(rows.map(([op]) => op!.replaceAll("`", ""))).toEqual(ops);
});

test.each(rows.map((row) => [row[0]!.replaceAll("`", "") as Op, row] as const))(
  "the row of %s has its attributes and every cell it needs",
  (op, row) => {
    const [, operands, attributes, type, gradient] = row;
    expect(row).toHaveLength(5);
    expect(attributes === "" ? [] : attributes!.split(", ")).toEqual(attributeNames[op]);
    expect(type).not.toBe("");
    expect(gradient === "").toBe(operands === "");
  },
);
