import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { library } from "../../compiler/library/index.ts";
import type { Definition } from "../../compiler/library/definition.ts";
import { packageFile } from "../cli/package-folder.ts";
import { open, techniques, type Technique } from "./techniques.ts";

/** Every row of the inventory with links to where it is written, explained and proved. */
export function coverage(pageOf: (definition: Definition) => string): string {
  const headings = sectionLinks();
  const served = itemsByTechnique();
  const tables = techniques.flatMap(({ letter, title, rows }) => [
    `## ${letter}. ${title}`,
    [
      "| id | technique | syntax | pages | tests |",
      "|---|---|---|---|---|",
      ...rows.map((row) => line(row, headings, served, pageOf)),
    ].join("\n"),
  ]);
  const introduction = [
    "What the lectures teach about training neural networks, row by row: where it is written in the language, the page that explains it, the test",
    "that proves it. Made by `scripts/reference.ts` from the library and `src/tools/manual/techniques.ts`; a test fails where a row of A to H has",
    "nothing, where a link is dead, and where the list of open rows is not exactly right.",
  ].join("\n");
  return `${["# Coverage", introduction, ...tables, `Open: ${open.join(", ")}.`].join("\n\n")}\n`;
}

function line(
  row: Technique,
  headings: ReadonlyMap<string, string>,
  served: ReadonlyMap<string, readonly Definition[]>,
  pageOf: (definition: Definition) => string,
): string {
  const syntax = row.syntax.map(
    (number) => `[${number}](../${headings.get(number) ?? `missing-${number}`})`,
  );
  const pages = (served.get(row.id) ?? []).map(
    (definition) => `[${definition.name}](${pageOf(definition)})`,
  );
  const codes = (row.codes ?? []).map(
    (code) => `[${code}](../../src/compiler/base/diagnostics/explanations/${code}.md)`,
  );
  const tests = row.tests.map(
    (path) => `[${path.replace(/\.test\.ts$/, "")}](../../tests/${path})`,
  );
  const cell = (links: readonly string[]): string => (links.length > 0 ? links.join(", ") : "");
  const nothing = syntax.length + pages.length + codes.length + tests.length === 0;
  return `| ${row.id} | ${row.name.replaceAll("|", "\\|")} | ${nothing ? "later" : cell(syntax)} | ${cell([...pages, ...codes])} | ${cell(tests)} |`;
}

/** Whether a row is written, explained and proved. */
export function isComplete(row: Technique): boolean {
  const explained = row.setting === true || itemsByTechnique().has(row.id);
  return explained && row.tests.length > 0 && (row.syntax.length > 0 || row.codes !== undefined);
}

/** The items of the library by the rows that they serve. */
export function itemsByTechnique(): ReadonlyMap<string, readonly Definition[]> {
  const served = new Map<string, Definition[]>();
  for (const definition of library.all()) {
    for (const id of definition.techniques ?? [])
      served.set(id, [...(served.get(id) ?? []), definition]);
  }
  return served;
}

/** The numbered sections of the specification: `8.5` to `08-training.md#85-optimizer-and-schedule`. */
export function sectionLinks(): ReadonlyMap<string, string> {
  const folder = packageFile("spec");
  const chapters = readdirSync(folder)
    .filter((file) => /^\d\d-.*\.md$/.test(file))
    .sort();
  return new Map(
    chapters.flatMap((file) => {
      const headings = readFileSync(join(folder, file), "utf8").matchAll(/^## (\d+\.\d+) .*$/gm);
      return [...headings].map(
        ([heading, number]) => [number!, `${file}#${slug(heading.slice(3))}`] as const,
      );
    }),
  );
}

/** The anchor of a heading, as the usual Markdown readers make it. */
function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}
