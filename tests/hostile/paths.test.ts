import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { check } from "../../src/compiler/check.ts";
import { importReader } from "../../src/tools/cli/sources.ts";

// Imports may not leave the root: the working folder, or the folder of the file where that lies elsewhere.

const secret = "nnspec 1\ndim B\ndim Secret = 7\n";
let outer: string;
let root: string;
let main: string;

beforeAll(() => {
  outer = mkdtempSync(join(tmpdir(), "nnspec-paths-"));
  root = join(outer, "project");
  main = join(root, "main.nnspec");
  mkdirSync(join(root, "inner/deep"), { recursive: true });
  mkdirSync(join(outer, "project-twin"));
  for (const path of ["secret.nnspec", "project-twin/secret.nnspec"])
    writeFileSync(join(outer, path), secret);
  for (const path of [
    "project/own.nnspec",
    "project/inner/own.nnspec",
    "project/inner/deep/own.nnspec",
  ])
    writeFileSync(join(outer, path), secret);
  symlinkSync(join(outer, "secret.nnspec"), join(root, "link.nnspec"));
  symlinkSync(outer, join(root, "linked"), "dir");
  symlinkSync(join(root, "link.nnspec"), join(root, "link-to-link.nnspec"));
  symlinkSync("loop.nnspec", join(root, "loop.nnspec"));
  symlinkSync("..", join(root, "inner/deep/up"), "dir");
  symlinkSync(join(root, "own.nnspec"), join(root, "alias.nnspec"));
});

function codesOf(path: string): readonly string[] {
  const text = `nnspec 1\nimport { Secret } from ${JSON.stringify(path)}\ndim B\nmodel M(x: f32[B, px: Secret]) -> f32[B, px: Secret] { return x -> relu }\n`;
  return check({ path: main, text }, { set: new Map(), read: importReader(main) })
    .diagnostics.filter(({ severity }) => severity === "error")
    .map(({ code }) => code);
}

const dots = [
  "..",
  "./..",
  "inner/../..",
  "inner/deep/../../..",
  "././..",
  "inner/./../..",
  "./inner/deep/.././../..",
];
const targets = ["secret.nnspec", "project-twin/secret.nnspec", "project/../secret.nnspec"];
const escapes: readonly string[] = [
  ...dots.flatMap((dot) => targets.map((target) => `${dot}/${target}`)),
  ...[
    "link.nnspec",
    "link-to-link.nnspec",
    "./link.nnspec",
    "inner/../link.nnspec",
    "linked/secret.nnspec",
    "linked/project-twin/secret.nnspec",
    "linked/./secret.nnspec",
    "linked/project/link.nnspec",
  ],
  ...[
    "/etc/passwd",
    "/etc/hostname",
    "//etc/passwd",
    "///etc/passwd",
    "/etc/../etc/passwd",
    "/proc/self/environ",
    "/proc/self/mem",
    "/dev/zero",
    "/dev/stdin",
    "/dev/random",
    "/dev/full",
    "/sys/kernel/notes",
    "/",
    "//",
    "/tmp",
  ],
  ...[1, 2, 3, 5, 8, 13, 21, 34, 60, 200].map((depth) => `${"../".repeat(depth)}etc/passwd`),
  ...["..", "../", "../..", "../../", "./../", "inner/../../"],
  ...["../secret.nnspec/", "../secret.nnspec/.", "../secret.nnspec/..", "../secret.nnspec//"],
  ...[
    "..\\secret.nnspec",
    "inner\\..\\..\\secret.nnspec",
    "C:\\Windows\\win.ini",
    "\\\\server\\share\\secret.nnspec",
    "file:///etc/passwd",
    "http://example.org/a.nnspec",
    "https://example.org/a.nnspec",
    "data:text/plain,nnspec%201",
  ],
  ...[
    "%2e%2e/secret.nnspec",
    "..%2fsecret.nnspec",
    "%2e%2e%2fsecret.nnspec",
    "..%252fsecret.nnspec",
    "~/secret.nnspec",
    "~root/.bashrc",
    "$HOME/secret.nnspec",
    "${HOME}/secret.nnspec",
    "`pwd`/secret.nnspec",
    "|cat ../secret.nnspec",
  ],
  ...[
    "\u2024\u2024/secret.nnspec",
    "..\u2215secret.nnspec",
    "\uff0e\uff0e/secret.nnspec",
    "..\u0000/secret.nnspec",
    "own.nnspec\u0000/../../secret.nnspec",
    "a".repeat(5000),
    `${"a/".repeat(5000)}b`,
  ],
  ...["loop.nnspec", "inner", "inner/", "inner/deep/up", "."],
];

describe("paths", () => {
  test("there are eighty", () => expect(new Set(escapes).size).toBeGreaterThanOrEqual(80));

  test.each(
    escapes.map((path) => [path.length > 60 ? `${path.slice(0, 60)}…` : path, path] as const),
  )(
    "%j is not read",
    (_, path) => {
      const codes = codesOf(path);
      expect(codes.length).toBeGreaterThan(0);
      // The import itself is refused (missing, outside, unreadable, too large, or no path): never read.
      expect(
        codes.every((code) => /^NN(00\d\d|01\d\d|02\d\d)$/.test(code)),
        codes.join(),
      ).toBe(true);
      expect(codes).not.toContain("NN0213");
    },
    5000,
  );

  test("files of the root are read, by any way that stays in it, links included", () => {
    for (const path of [
      "own.nnspec",
      "./own.nnspec",
      "inner/own.nnspec",
      "inner/deep/../own.nnspec",
      "inner/../own.nnspec",
      "inner/deep/own.nnspec",
      "alias.nnspec",
      "inner/deep/up/own.nnspec",
      resolve(root, "own.nnspec"),
    ]) {
      expect(codesOf(path), path).toEqual([]);
    }
  });
});
