import { readdirSync, readFileSync, statSync } from "node:fs";
import { expect, test } from "vitest";
import { library } from "../../src/compiler/library/index.ts";
import { settings } from "../../src/compiler/settings/index.ts";
import { manual } from "../../src/tools/manual/manual.ts";

const root = "spec/reference";

function filesUnder(folder: string): readonly string[] {
  return readdirSync(folder).flatMap((name) =>
    statSync(`${folder}/${name}`).isDirectory()
      ? filesUnder(`${folder}/${name}`)
      : [`${folder}/${name}`],
  );
}

test("spec/reference is what scripts/reference.ts makes of the library", () => {
  const written = manual();
  expect(
    filesUnder(root)
      .map((path) => path.slice(root.length + 1))
      .toSorted(),
  ).toEqual([...written.keys()].toSorted());
  for (const [path, text] of written)
    expect(readFileSync(`${root}/${path}`, "utf8"), path).toBe(text);
});

test("every item and every setting has a page, and every link leads to one", () => {
  const pages = manual();
  expect(pages.size).toBe(library.all().length + settings.length + 15);
  for (const [path, text] of pages) {
    const folder = path.includes("/") ? `${path.split("/")[0]}/` : "";
    // What leads out of the reference is the test of the coverage's matter.
    for (const [, target] of text.matchAll(/\]\(([^.)][^)]*\.md)\)/g))
      expect(pages.has(`${folder}${target}`), `${path} links ${target}`).toBe(true);
  }
});
