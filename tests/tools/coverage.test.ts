import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { library } from "../../src/compiler/library/index.ts";
import { isComplete, itemsByTechnique, sectionLinks } from "../../src/tools/manual/coverage.ts";
import { open, techniques } from "../../src/tools/manual/techniques.ts";

const rows = techniques.flatMap((section) => section.rows);
const ids = rows.map(({ id }) => id);

/** A test with the fixtures that it imports: many tests are a table of cases. */
function textOf(path: string): string {
  const text = readFileSync(`tests/${path}`, "utf8");
  const fixtures = [...text.matchAll(/fixtures\/([\w-]+\.json)/g)].map(([, file]) =>
    readFileSync(`tests/fixtures/${file!}`, "utf8"),
  );
  return [text, ...fixtures].join("\n");
}

describe("what the lectures teach is covered, row by row", () => {
  test("each section counts from 1, and has the rows of the inventory", () => {
    for (const { letter, rows: own } of techniques)
      expect(own.map(({ id }) => id)).toEqual(own.map((_, index) => `${letter}${index + 1}`));
    expect(techniques.map(({ letter, rows: own }) => `${letter}${own.length}`)).toEqual([
      "A10",
      "B9",
      "C10",
      "D17",
      "E11",
      "F15",
      "G13",
      "H7",
      "I8",
      "J6",
      "K4",
      "L20",
    ]);
  });

  test("no row of A to H is without syntax, page and test all at once", () => {
    const served = itemsByTechnique();
    for (const { id, syntax, tests } of rows.filter((row) => /^[A-H]/.test(row.id))) {
      expect(syntax.length + tests.length + (served.get(id)?.length ?? 0), id).toBeGreaterThan(0);
    }
  });

  test("the open rows are exactly those that lack something: a row that is complete is taken off the list", () => {
    expect(open).toEqual(rows.filter((row) => !isComplete(row)).map(({ id }) => id));
  });

  test("definitions name rows that exist", () => {
    for (const definition of library.all())
      for (const id of definition.techniques ?? []) expect(ids, definition.name).toContain(id);
  });

  test("no link is dead: sections of the specification, tests, explanations", () => {
    const headings = sectionLinks();
    for (const { id, syntax, tests, codes = [] } of rows) {
      for (const number of syntax)
        expect(headings.has(number), `${id} names section ${number}`).toBe(true);
      for (const path of tests)
        expect(existsSync(`tests/${path}`), `${id} names tests/${path}`).toBe(true);
      for (const code of codes)
        expect(
          existsSync(`src/compiler/base/diagnostics/explanations/${code}.md`),
          `${id} names ${code}`,
        ).toBe(true);
    }
  });

  test("every link of the page leads to a file, and to a heading of it", () => {
    const page = readFileSync("spec/reference/coverage.md", "utf8");
    const links = [...page.matchAll(/\]\(([^)#]+)(?:#([^)]+))?\)/g)];
    expect(links.length).toBeGreaterThan(200);
    for (const [, target, anchor] of links) {
      const path = `spec/reference/${target}`;
      expect(existsSync(path), path).toBe(true);
      if (anchor === undefined) continue;
      const anchors = [...readFileSync(path, "utf8").matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
        heading!
          .toLowerCase()
          .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
          .replaceAll(" ", "-"),
      );
      expect(anchors, `${path}#${anchor}`).toContain(anchor);
    }
  });

  test("each test that a row names speaks of something: it has tests in it", () => {
    for (const path of new Set(rows.flatMap(({ tests }) => tests)))
      expect(readFileSync(`tests/${path}`, "utf8"), path).toMatch(/\btest(?:\.each)?\(/);
  });

  test("the tests of a row speak of every item that serves it", () => {
    const served = itemsByTechnique();
    for (const { id, tests } of rows.filter((row) => row.tests.length > 0)) {
      const text = tests.map(textOf).join("\n");
      const silent = (served.get(id) ?? []).filter(
        ({ name }) => !text.includes(name) && !/library\.all\(/.test(text),
      );
      expect(
        silent.map(({ name }) => name),
        id,
      ).toEqual([]);
    }
  });
});
