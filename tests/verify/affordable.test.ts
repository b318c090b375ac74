import { expect, test } from "vitest";
import { interpretationCost } from "../../src/compiler/ir/interpretation-cost.ts";
import { createBuilder } from "../../src/compiler/ir/make-builder.ts";
import { affordableRows, duration } from "../../src/tools/cli/verification/affordable.ts";
import { programOf } from "./verified.ts";

function rowsOf(path: string, asked?: number) {
  return affordableRows(programOf(path).runs[0]!, new Map(), asked);
}

test("a small network is verified with the batch that it trains with", () => {
  expect(rowsOf("examples/digits.nnspec")).toMatchObject({ rows: 32, isWhole: true });
});

test("a large one with as many rows as take seconds, or with those that are asked for", () => {
  const found = rowsOf("examples/character.nnspec");
  expect(found).toMatchObject({ isWhole: false });
  const { rows, seconds } = found as { rows: number; seconds: number };
  expect(rows).toBeGreaterThanOrEqual(1);
  expect(rows).toBeLessThan(32);
  expect(seconds).toBeLessThan(30);
  expect(rowsOf("examples/character.nnspec", 32)).toMatchObject({ rows: 32, isWhole: false });
});

test("one that would take minutes or gigabytes for a row is refused with an estimate", () => {
  for (const name of ["alexnet", "vgg16"])
    expect(rowsOf(`examples/architectures/${name}.nnspec`)).toEqual({
      refused: expect.stringMatching(
        /^even one row would take the float64 interpreter about \d+ minutes and [\d.]+ GiB of memory; --rows 1 /,
      ),
    });
});

test("the cost of a graph: products of contractions and windows, and elements that are there at once", () => {
  const graph = createBuilder();
  const x = graph.input("x", { shape: [8, 10], batched: true });
  const w = graph.parameter("w", { shape: [10, 5], batched: false });
  const product = graph.contract(x, w, "rk,kn->rn");
  const costOf = (rows: number) =>
    interpretationCost({ outputs: new Map([["y", product]]), updates: new Map() }, rows);
  const [one, four] = [costOf(1), costOf(4)];
  // 3 rows more: 50 products each, and 10 elements of x and 5 of y to make.
  expect(four.operations - one.operations).toBe(3 * (50 + 16 * (10 + 5)));
  expect(four.bytes).toBe(8 * (4 * 10 + 50 + 4 * 5));
});

test("estimates are as fine as they can be", () => {
  expect([0.2, 42, 200].map(duration)).toEqual(["1 second", "42 seconds", "3 minutes"]);
});
