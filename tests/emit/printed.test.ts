import { readdirSync } from "node:fs";
import { join } from "node:path";
import { format } from "prettier";
import { expect, test } from "vitest";
import { check } from "../../src/compiler/check.ts";
import { compileRun } from "../../src/compiler/compile.ts";
import { ensembleFiles } from "../../src/targets/trainer/build.ts";
import { emit } from "../../src/targets/trainer/emit.ts";
import { importReader, readSource } from "../../src/tools/cli/sources.ts";
import { repository } from "./support/folder.ts";

/** Programs are laid out without prettier, and prettier finds nothing to change: the run's own modules, tables and pages. */

const examples = join(repository, "examples");
const parsers: Readonly<Record<string, string>> = {
  ts: "typescript",
  json: "json",
  md: "markdown",
};

const cases = readdirSync(examples)
  .filter((name) => name.endsWith(".nnspec"))
  .flatMap((name) => {
    const path = join(examples, name);
    const { value } = check(readSource(path), { set: new Map(), read: importReader(path) });
    const { runs, ensembles } = value!;
    return [
      ...runs.map((run) => ({
        called: `${name}: run ${run.name}`,
        files: () => emit(compileRun(run, run.batch === "all" ? { rows: 8 } : {}), value!),
      })),
      ...ensembles.map((ensemble) => ({
        called: `${name}: ensemble ${ensemble.name}`,
        files: () => ensembleFiles(value!, ensemble, {}),
      })),
    ];
  });

test.each(cases)("$called", async ({ files }) => {
  await expectPrinted(await files());
});

type Files = readonly { readonly path: string; readonly text: string }[];

/** What lies in `runtime/` is the same text for every run, but for what is left out of it; one run's is held elsewhere. */
async function expectPrinted(files: Files): Promise<void> {
  for (const { path, text } of files) {
    const parser = parsers[path.slice(path.lastIndexOf(".") + 1)];
    if (parser === undefined || path.startsWith("runtime/")) continue;
    expect(await format(text, { parser, printWidth: 100 }), path).toBe(text);
  }
}
