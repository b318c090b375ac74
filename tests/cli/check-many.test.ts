import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { nnspec } from "./run.ts";

test("many files are checked by several threads: the same findings in the same order", () => {
  const folder = mkdtempSync(join(tmpdir(), "nnspec-many-"));
  for (let number = 100; number < 160; number++) {
    const layer = number % 7 === 0 ? "dens" : "dense";
    writeFileSync(
      join(folder, `net-${number}.nnspec`),
      `nnspec 1\ndim B\nmodel Net(x: f32[B, c: 4]) -> f32[B, c: 4] { return x -> ${layer}(4) }\n`,
    );
  }
  const { status, stdout } = nnspec(["check", ".", "--format", "json"], { cwd: folder });
  expect(status).toBe(1);
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { file: string; code: string }[] };
  expect(diagnostics.map(({ file, code }) => `${file} ${code}`)).toEqual(
    [105, 112, 119, 126, 133, 140, 147, 154].map((number) => `net-${number}.nnspec NN0206`),
  );

  const sarif = nnspec(["check", ".", "--format", "sarif"], { cwd: folder });
  expect(JSON.parse(sarif.stdout).runs[0].results).toHaveLength(8);
  expect(
    nnspec(["check", ".", "--format", "github"], { cwd: folder }).stdout.trim().split("\n"),
  ).toHaveLength(8);
  expect(nnspec(["check", ".", "--format", "junit"], { cwd: folder }).stdout).toContain(
    'tests="60" failures="8"',
  );
});
