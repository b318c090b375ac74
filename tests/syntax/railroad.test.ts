import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { railroadPage } from "../../scripts/railroad.ts";
import { productions } from "../../src/compiler/syntax/grammar.ts";

test("the pictures are those of the parser's grammar (npm run generate draws them anew)", () => {
  expect(readFileSync("grammar/railroad.html", "utf8") === railroadPage()).toBe(true);
});

test("the page stands alone and has a picture of each production", () => {
  const page = readFileSync("grammar/railroad.html", "utf8");
  expect(page).not.toMatch(/https?:|<script|@import|url\(/);
  for (const { name } of productions()) expect(page).toContain(`<h2 id="${name}">`);
});
