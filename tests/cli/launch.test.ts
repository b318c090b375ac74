import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";

/** What V8 compiled when the package was built is a help, and nothing that a command needs. */

const copy = mkdtempSync(join(tmpdir(), "nnspec-launch-"));
cpSync("dist", join(copy, "dist"), { recursive: true });
cpSync("package.json", join(copy, "package.json"));
afterAll(() => rmSync(copy, { recursive: true, force: true }));

const cache = join(copy, "dist/commands.cjs.cache");
const whole = readFileSync(cache);
const spec = resolve("examples/digits.nnspec");

test.each([
  { called: "as it was made", leave: () => writeFileSync(cache, whole) },
  { called: "cut off", leave: () => writeFileSync(cache, whole.subarray(0, whole.length >> 1)) },
  { called: "of something else", leave: () => writeFileSync(cache, "no code of any engine") },
  { called: "empty", leave: () => writeFileSync(cache, "") },
  { called: "not there", leave: () => rmSync(cache) },
])("commands run with a cache $called", ({ leave }) => {
  leave();
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(copy, "dist/nnspec.js"), "check", spec, "--format", "json"],
    { encoding: "utf8" },
  );
  expect({ status, stderr, ...(JSON.parse(stdout) as object) }).toMatchObject({
    ...{ status: 0, stderr: "" },
    diagnostics: [],
  });
});

test("all of the script is ASCII, as it is read", () => {
  expect(readFileSync(join(copy, "dist/commands.cjs")).every((byte) => byte < 128)).toBe(true);
});
