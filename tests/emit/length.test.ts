import { join } from "node:path";
import { expect, test } from "vitest";
import { check } from "../../src/compiler/check.ts";
import { compileRun } from "../../src/compiler/compile.ts";
import { emit } from "../../src/targets/trainer/emit.ts";
import { importReader, readSource } from "../../src/tools/cli/sources.ts";
import { repository } from "./support/folder.ts";

/** A program that carries more than it uses shows in its length: it gets longer only where it does more. */
const most = [
  { example: "iris.nnspec", lines: 7_900, files: 29 },
  { example: "digits.nnspec", lines: 8_800, files: 29 },
  { example: "transformer.nnspec", lines: 12_400, files: 29 },
] as const;

const width = 100;

test.each(most)("$example: at most $lines lines in $files files", async ({ example, ...limit }) => {
  const files = await filesOf(example);
  expect(files.length).toBeLessThanOrEqual(limit.files);
  expect(files.reduce((sum, { lines }) => sum + lines.length, 0)).toBeLessThanOrEqual(limit.lines);
});

test.each(most)(
  "$example: no line of a kernel or a table of plans is longer than a line",
  async ({ example }) => {
    const tables = (await filesOf(example)).filter(({ path }) =>
      /^(?:kernels|wasm)\.ts$/.test(path),
    );
    expect(tables).toHaveLength(2);
    for (const { path, lines } of tables)
      expect(
        lines.filter((line) => line.length > width),
        path,
      ).toEqual([]);
  },
);

async function filesOf(
  example: string,
): Promise<readonly { readonly path: string; readonly lines: readonly string[] }[]> {
  const path = join(repository, "examples", example);
  const { value } = check(readSource(path), { set: new Map(), read: importReader(path) });
  const files = await emit(compileRun(value!.runs[0]!), value!);
  return files
    .filter((file) => file.path.endsWith(".ts"))
    .map((file) => ({ path: file.path, lines: file.text.trimEnd().split("\n") }));
}
