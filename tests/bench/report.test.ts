import { expect, test } from "vitest";
import type { Outcome } from "../../bench/compare.ts";
import { plainTable, replacePart, tableOf } from "../../bench/report.ts";

const outcome = (peer: string, workload: string, rates: readonly number[]): Outcome => ({
  workload,
  peer,
  rates,
  rate: rates[0] ?? NaN,
  memory: 2 ** 20,
  lossDifference: 0,
  ...(rates.length === 0 ? { skipped: "no convolutions" } : {}),
});

test("a table names the rate of each peer and how many times faster nnspec is", () => {
  const table = tableOf(
    [outcome("nnspec wasm", "W1", [300]), outcome("slow", "W1", [100]), outcome("slow", "W2", [])],
    ["W1", "W2"],
  );
  expect(table.split("\n")).toEqual([
    "| steps/s | W1 | W2 |",
    "|---|---:|---:|",
    "| nnspec wasm | **300** | – |",
    "| slow | 100 (3.00 ×) | – |",
  ]);
});

test("what was skipped says why", () => {
  expect(
    plainTable([outcome("nnspec wasm", "W3", [300]), outcome("brain.js", "W3", [])]),
  ).toContain("brain.js     –  no convolutions");
});

test("a part of a page is replaced between its marks, or added at the end", () => {
  const page = replacePart("# Page\n", "speed", "one");
  expect(page).toBe("# Page\n\n<!-- speed -->\none\n<!-- end of speed -->\n");
  expect(replacePart(page, "speed", "two")).toBe(
    "# Page\n\n<!-- speed -->\ntwo\n<!-- end of speed -->\n",
  );
});
