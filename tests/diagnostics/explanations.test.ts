import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { DiagnosticKind } from "../../src/compiler/base/diagnostics/diagnostic.ts";
import { lints } from "../../src/compiler/lints/lints.ts";
import { checkText } from "../support/check-text.ts";
import { filesIn } from "../support/files.ts";
import { blocksOf } from "../support/markdown.ts";

const folder = "src/compiler/base/diagnostics";
const modules = await Promise.all(
  filesIn(`${folder}/catalogue`, ".ts").map(
    (path) => import(`../../${path}`) as Promise<Record<string, unknown>>,
  ),
);
const kinds: readonly Pick<DiagnosticKind<unknown>, "code" | "title">[] = [
  ...modules.flatMap((module) => Object.values(module).filter(isKind)),
  ...lints,
];

function isKind(value: unknown): value is DiagnosticKind<unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    "code" in value &&
    "message" in value &&
    "severity" in value
  );
}

test("codes are unique", () => {
  const codes = kinds.map(({ code }) => code);
  expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
});

test("there is no page without a code", () => {
  const codes = new Set<string>(kinds.map(({ code }) => code));
  const pages = filesIn(`${folder}/explanations`, ".md").map((path) =>
    path.replace(/^.*\//, "").replace(/\.md$/, ""),
  );
  expect(pages.filter((page) => !codes.has(page))).toEqual([]);
});

describe.each(kinds.map((kind) => [kind.code, kind] as const).sort(([a], [b]) => (a < b ? -1 : 1)))(
  "%s",
  (code, kind) => {
    const path = `${folder}/explanations/${code}.md`;
    test("has a page, whose bad sample gives it and whose good twin does not", () => {
      expect(existsSync(path), `${path} is missing (${kind.title})`).toBe(true);
      const blocks = blocksOf(readFileSync(path, "utf8")).filter(
        ({ language }) => language === "nnspec",
      );
      for (const block of blocks) {
        const { diagnostics } = checkText(block.text);
        const codes = diagnostics.map((one) => one.code);
        if (block.words[0] === "bad") expect(codes, block.text).toContain(code);
        else {
          expect(codes, block.text).not.toContain(code);
          expect(
            diagnostics
              .filter(({ severity }) => severity === "error")
              .map((one) => `${one.code} ${one.message}`),
            block.text,
          ).toEqual([]);
        }
      }
    });
  },
);
