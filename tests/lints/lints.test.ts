import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { applyEdits } from "../../src/compiler/base/diagnostics/print.ts";
import { lints } from "../../src/compiler/lints/lints.ts";
import { checkText } from "../support/check-text.ts";
import { blocksOf } from "../support/markdown.ts";

// The explanation page of a lint holds its samples: one that triggers it, its fixed twin, and one that must stay silent.
const withoutFix = new Set([
  "deep-saturating-stack",
  "adagrad-on-long-runs",
  "unused-layer",
  "soft-targets-with-hinge",
  "augmentation-changes-the-class",
]);

test("names and codes are unique, and every lint says why and who found it", () => {
  for (const key of ["name", "code", "title"] as const)
    expect(new Set(lints.map((lint) => lint[key])).size).toBe(lints.length);
  for (const { name, reason, source } of lints) {
    expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(reason.length, name).toBeGreaterThan(40);
    expect(source.length, name).toBeGreaterThan(5);
  }
});

describe.each(lints.map((lint) => [lint.name, lint] as const))("%s", (name, lint) => {
  const blocks = blocksOf(
    readFileSync(`src/compiler/base/diagnostics/explanations/${lint.code}.md`, "utf8"),
  ).filter(({ language }) => language === "nnspec");
  const bad = blocks.filter(({ words }) => words[0] === "bad").map(({ text }) => text);
  const good = blocks.filter(({ words }) => words[0] === "good").map(({ text }) => text);

  test("its sample triggers it, with its reason and its severity", () => {
    expect(bad).toHaveLength(1);
    const found = checkText(bad[0]!).diagnostics.filter(({ code }) => code === lint.code);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ severity: lint.severity });
    expect(found[0]!.notes.at(-1)).toContain(lint.reason);
  });

  test("the twin is the sample with its fix, and clean; the third sample stays silent", () => {
    const found = checkText(bad[0]!).diagnostics.find(({ code }) => code === lint.code)!;
    expect(found.fixes).toHaveLength(withoutFix.has(name) ? 0 : 1);
    expect(good).toHaveLength(2);
    if (found.fixes[0]) expect(applyEdits(bad[0]!, found.fixes[0].edits)).toBe(good[0]);
    for (const text of good)
      expect(checkText(text).diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual(
        [],
      );
  });

  test("it can be turned off, and made an error", () => {
    const severities = (level: "off" | "error") =>
      checkText(bad[0]!, undefined, undefined, new Map([[name, level]]))
        .diagnostics.filter(({ code }) => code === lint.code)
        .map(({ severity }) => severity);
    expect(severities("off")).toEqual([]);
    expect(severities("error")).toEqual(["error"]);
  });
});
