import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { checkText, inOneLine } from "./support/check-text.ts";

// A folder is a test: `input.nnspec` with the place that must be found between « and », and `expected.txt` with every finding,
// one a line; the first line is the one that the marks are about. UPDATE_SAMPLES=1 writes expected.txt anew, for review as a difference.
const root = "tests/samples";
const samples = readdirSync(root)
  .flatMap((area) => readdirSync(`${root}/${area}`).map((name) => `${area}/${name}`))
  .sort();

test("there are at least a hundred malformed specs", () => {
  expect(samples.length).toBeGreaterThanOrEqual(100);
});

describe.each(samples)("%s", (sample) => {
  test("gives the expected code at the expected place", () => {
    const { text, start, end } = marked(readFileSync(`${root}/${sample}/input.nnspec`, "utf8"));
    const { diagnostics } = checkText(text, `${root}/${sample}/input.nnspec`);
    const first = diagnostics.find(({ span }) => span.start === start && span.end === end);
    const found = [...(first ? [first] : []), ...diagnostics.filter((one) => one !== first)];
    const lines = found.map((one) => `${inOneLine(one)} ${one.message}`);
    const file = `${root}/${sample}/expected.txt`;
    if (process.env["UPDATE_SAMPLES"]) writeFileSync(file, `${lines.join("\n")}\n`);
    expect(existsSync(file), lines.join("\n")).toBe(true);
    expect(`${lines.join("\n")}\n`).toBe(readFileSync(file, "utf8"));
    expect(
      first,
      `nothing was found at the marked place; found:\n${lines.join("\n")}`,
    ).toBeDefined();
  });
});

function marked(text: string): {
  readonly text: string;
  readonly start: number;
  readonly end: number;
} {
  const start = text.indexOf("«");
  const end = text.indexOf("»") - 1;
  return { text: text.replace("«", "").replace("»", ""), start, end };
}
