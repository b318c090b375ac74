import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { hasErrors } from "../../src/compiler/base/outcome.ts";
import { format } from "../../src/compiler/syntax/format.ts";
import { checkText } from "../support/check-text.ts";
import { filesIn } from "../support/files.ts";
import { blocksOf } from "../support/markdown.ts";

const pages = [
  "README.md",
  "CONTRIBUTING.md",
  ...filesIn("docs", ".md"),
  ...filesIn("spec", ".md"),
].filter((page) => existsSync(page));

// ```nnspec              a complete file: checks without errors
// ```nnspec bad NN0301   a complete file: gives (at least) that code
// ```nnspec fragment     a piece, shown for its form only
// The tutorial's files (file=…) are written and checked by the test of the tutorial.
const specsOf = (page: string) =>
  blocksOf(readFileSync(page, "utf8")).filter(
    ({ language, words }) =>
      language === "nnspec" && !words.some((word) => word.startsWith("file=")),
  );

describe.each(pages.filter((page) => specsOf(page).length > 0))("%s", (page) => {
  const blocks = specsOf(page);
  test.each(blocks.map((block) => [block.line, block] as const))("block at line %i", (_, block) => {
    const [verdict, code] = block.words;
    if (verdict === "fragment") {
      expect(block.text).not.toMatch(/^nnspec \d/m);
      return;
    }
    const { diagnostics } = checkText(block.text);
    const codes = diagnostics.map((one) => one.code);
    if (verdict === "bad") expect(codes).toContain(code);
    else
      expect(
        diagnostics
          .filter((one) => one.severity === "error")
          .map((one) => `${one.code} ${one.message}`),
      ).toEqual([]);
    if (verdict === undefined)
      expect(hasErrors(format({ path: page, text: block.text }).diagnostics)).toBe(false);
  });
});
