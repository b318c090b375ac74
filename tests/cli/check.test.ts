import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { nnspec } from "./run.ts";

const clean = `nnspec 1
dim B

model Net(x: f32[B, px: 4]) -> f32[B, 4] {
  return x -> dense(4)
}
`;
const wrong = clean.replace("dense(4)", "dens(4)");

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "nnspec-check-"));
  writeFileSync(join(folder, "clean.nnspec"), clean);
  writeFileSync(join(folder, "wrong.nnspec"), wrong);
});

describe("check", () => {
  test("ends with 0 on a clean file", () => {
    expect(nnspec(["check", join(folder, "clean.nnspec")])).toMatchObject({
      status: 0,
      stdout: "",
    });
  });

  test("ends with 1 on errors and shows the line, the place and what was meant", () => {
    const { status, stderr } = nnspec(["check", join(folder, "wrong.nnspec")]);
    expect(status).toBe(1);
    expect(stderr).toContain("return x -> dens(4)");
    expect(stderr).toContain("^^^^");
    expect(stderr).toContain("dense");
    expect(stderr).toContain("1 error in 1 file");
  });

  test("gives JSON with lines and columns from 1", () => {
    const { status, stdout } = nnspec(["check", "--format", "json", join(folder, "wrong.nnspec")]);
    expect(status).toBe(1);
    const { diagnostics } = JSON.parse(stdout);
    expect(diagnostics).toHaveLength(1);
    expect(diagnostics[0]).toMatchObject({
      code: expect.stringMatching(/^NN\d{4}$/),
      severity: "error",
      message: expect.stringContaining("dens"),
      file: join(folder, "wrong.nnspec"),
      range: { start: { line: 5, column: 15 }, end: { line: 5, column: 19 } },
      related: expect.any(Array),
      fixes: [expect.objectContaining({ edits: [expect.objectContaining({ text: "dense" })] })],
    });
  });

  test("gives an empty list of diagnostics as JSON for a clean file", () => {
    expect(
      JSON.parse(nnspec(["check", "--format", "json", join(folder, "clean.nnspec")]).stdout),
    ).toEqual({ diagnostics: [] });
  });

  test("reads the standard input for -", () => {
    expect(nnspec(["check", "-"], { input: clean }).status).toBe(0);
    const { status, stdout } = nnspec(["check", "--format", "json", "-"], { input: wrong });
    expect(status).toBe(1);
    expect(JSON.parse(stdout).diagnostics[0].file).toBe("-");
  });

  test("checks every spec of a folder", () => {
    const { status, stderr } = nnspec(["check", folder]);
    expect(status).toBe(1);
    expect(stderr).toContain("1 error in 2 files");
  });

  test("ends with 2 for a file that is not there, and for an unknown option", () => {
    expect(nnspec(["check", join(folder, "nothing.nnspec")])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("no such file"),
    });
    expect(nnspec(["check", "--formt", "json", folder])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("--format"),
    });
    expect(nnspec(["chek", folder])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("check"),
    });
  });

  test("does not follow an import out of its root, by a path or by a link", () => {
    const root = join(folder, "project");
    mkdirSync(root, { recursive: true });
    symlinkSync(join(folder, "clean.nnspec"), join(root, "link.nnspec"));
    for (const [name, path] of [
      ["path", "../clean.nnspec"],
      ["link", "./link.nnspec"],
    ] as const) {
      writeFileSync(
        join(root, `${name}-import.nnspec`),
        clean.replace("dim B", `import { Net as Other } from "${path}"\ndim B`),
      );
      const { status, stderr } = nnspec(["check", `${name}-import.nnspec`], { cwd: root });
      expect(status, stderr).toBe(1);
      expect(stderr).toContain(path);
    }
  });

  test("shows the neighbourhood of the place in a line that no screen holds", () => {
    const { status, stderr } = nnspec(["check", "-"], {
      input: `nnspec 1\ndim B${" ".repeat(50_000)}$${" ".repeat(50_000)}\n`,
    });
    expect(status).toBe(1);
    expect(stderr.length).toBeLessThan(2000);
    expect(stderr).toMatch(/\$ *…?\n.*\^/);
  });

  test.skipIf(!existsSync("/dev/full"))(
    "says that the output cannot be written, and ends with 2",
    () => {
      const { status, stderr } = spawnSync(
        "sh",
        ["-c", `"${process.execPath}" dist/nnspec.js list > /dev/full`],
        { encoding: "utf8" },
      );
      expect({ status, stderr }).toEqual({
        status: 2,
        stderr: expect.stringContaining("the disk is full"),
      });
    },
  );

  test("escapes what could steer a terminal", () => {
    const { stderr } = nnspec(["check", "-"], { input: "nnspec 1\ndim B \u001b[31m\u202e\n" });
    expect(stderr).not.toMatch(/[\u001b\u202e]/);
    expect(stderr).toContain("\\u{1b}");
  });

  test.each([
    "init",
    "check",
    "build",
    "train",
    "eval",
    "predict",
    "inspect",
    "verify",
    "fmt",
    "summary",
    "compare",
    "diff",
    "explain",
    "list",
    "doctor",
  ])("%s --help shows what it is for", (command) => {
    const { status, stdout } = nnspec([command, "--help"]);
    expect(status).toBe(0);
    expect(stdout).toContain(`Usage: nnspec ${command}`);
    expect(stdout).toContain("Examples:");
  });
});
