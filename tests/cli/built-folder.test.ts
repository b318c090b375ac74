import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runIn } from "../emit/support/folder.ts";
import { nnspec } from "./run.ts";

/** A built folder is a program that a person keeps: it tells whether it still is what was generated, and tests itself. */

const top = mkdtempSync(join(tmpdir(), "nnspec-built-"));
const spec = join(top, "iris.nnspec");
const built = join(top, "built");
afterAll(() => rmSync(top, { recursive: true, force: true }));

beforeAll(() => {
  mkdirSync(join(top, "data"));
  cpSync("examples/data/iris.csv", join(top, "data/iris.csv"));
  cpSync("examples/iris.nnspec", spec);
  expect(nnspec(["build", spec, "--out", built])).toMatchObject({ status: 0, stdout: "" });
  symlinkSync(resolve("node_modules"), join(built, "node_modules"), "junction");
});

/** A copy of the built folder, changed. */
function changed(name: string, change: (folder: string) => void): string {
  const folder = join(top, name);
  cpSync(built, folder, { recursive: true, verbatimSymlinks: true });
  change(folder);
  return folder;
}

function edit(path: string, from: string, to: string): void {
  const text = readFileSync(path, "utf8");
  expect(text).toContain(from);
  writeFileSync(path, text.replaceAll(from, to));
}

describe("build --check", () => {
  const check = (folder: string, file = spec) =>
    nnspec(["build", file, "--out", folder, "--check"]);

  test("says nothing of a folder that is what this spec and this version generate", () => {
    expect(check(built)).toEqual({ status: 0, stdout: "", stderr: "" });
  });

  test("names each file that was edited, is missing, or was not generated", () => {
    const folder = changed("edited", (own) => {
      edit(join(own, "loop.ts"), "const ", "let ");
      edit(join(own, "package.json"), '"type": "module"', '"type":"module"');
      rmSync(join(own, "runtime/random.ts"));
      writeFileSync(join(own, "mine.ts"), "export {};\n");
      writeFileSync(join(own, "runtime/mine.ts"), "export {};\n");
      writeFileSync(join(own, "notes.txt"), "kept by a person\n");
    });
    const before = readFileSync(join(folder, "loop.ts"), "utf8");
    const { status, stdout, stderr } = check(folder);
    expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
    expect(stdout.trimEnd().split("\n").sort()).toEqual([
      "loop.ts: differs",
      "mine.ts: not generated",
      "package.json: differs",
      "runtime/mine.ts: not generated",
      "runtime/random.ts: missing",
    ]);
    expect(readFileSync(join(folder, "loop.ts"), "utf8")).toBe(before);
  });

  test("says what another spec changes, and no more", () => {
    mkdirSync(join(top, "other"));
    cpSync(join(top, "data"), join(top, "other/data"), { recursive: true });
    const other = join(top, "other/iris.nnspec");
    writeFileSync(other, readFileSync(spec, "utf8").replace("epochs: 200", "epochs: 150"));
    expect(check(built, other)).toMatchObject({
      status: 1,
      stdout: "training.ts: differs\nREADME.md: differs\n",
    });
  });

  test("says which files another version generates otherwise", () => {
    const version = join(top, "version");
    cpSync("dist", join(version, "dist"), { recursive: true });
    symlinkSync(resolve("node_modules"), join(version, "node_modules"), "junction");
    writeFileSync(join(version, "package.json"), '{ "type": "module", "version": "9.9.9" }');
    const pieces = join(version, "dist/trainer-pieces.json");
    edit(pieces, "Epoch after epoch until", "One epoch after the other until");
    const words = ["build", spec, "--out", built, "--check"];
    const { status, stdout } = spawnSync(
      process.execPath,
      [join(version, "dist/nnspec.js"), ...words],
      { encoding: "utf8" },
    );
    expect({ status, stdout }).toEqual({ status: 1, stdout: "loop.ts: differs\n" });
  });
});

describe("the program's own test", () => {
  test("trains a few steps, and finds the losses that were written when it was made", async () => {
    const { code, stdout, stderr } = await runIn(built, "test.ts");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const lossesOf = (line: RegExp) => line.exec(stdout)![1]!.split(", ").map(Number);
    const losses = lossesOf(/^WebAssembly  (.*)$/m);
    expect(losses).toHaveLength(4);
    // Six digits are printed, and what is expected was worked out with more of them.
    for (const [step, expected] of lossesOf(/^expected     (.*)$/m).entries())
      expect(Math.abs(losses[step]! - expected)).toBeLessThanOrEqual(2e-6 * expected);
  });

  test("fails when the training is another", async () => {
    const folder = changed("slower", (own) =>
      edit(join(own, "training.ts"), "Seed = 0", "Seed = 8"),
    );
    const { code, stdout } = await runIn(folder, "test.ts");
    expect(code).toBe(1);
    expect(stdout).toContain("the module does not give the losses of when this program was made");
  });

  test("fails when the kernels that people read are not what the module computes", async () => {
    const folder = changed("kernels", (own) => {
      edit(
        join(own, "kernels.ts"),
        "let accumulator = bias[n];",
        "let accumulator = bias[n] + 1.0;",
      );
    });
    const { code, stdout } = await runIn(folder, "test.ts");
    expect(code).toBe(1);
    expect(stdout).toContain("the kernels and the module do not give the same losses");
    expect(stdout).not.toContain("the module does not give");
  });

  test("has nothing to compare with where there was no data when it was made", async () => {
    const away = join(top, "away");
    mkdirSync(away);
    cpSync(spec, join(away, "iris.nnspec"));
    const folder = join(away, "out");
    expect(nnspec(["build", join(away, "iris.nnspec"), "--out", folder]).status).toBe(0);
    const text = readFileSync(join(folder, "test.ts"), "utf8");
    expect(text).toContain("No losses were written when this was made: ");
    expect(text).toContain("data/iris.csv cannot be read");
    expect(text).not.toContain(top);
    cpSync(join(top, "data"), join(folder, "data"), { recursive: true });
    symlinkSync(resolve("node_modules"), join(folder, "node_modules"), "junction");
    const { code, stdout } = await runIn(folder, "test.ts");
    expect(stdout).toContain("No losses were written when this was made");
    expect(code).toBe(0);
  });

  test("finds a kernel that is no function any more", async () => {
    expect(await runIn(built, "check-kernels.ts")).toMatchObject({ code: 0, stderr: "" });
    const folder = changed("broken", (own) => {
      edit(join(own, "kernels.ts"), "const i = this.thread.x;", "const i = this.thread.x");
      edit(join(own, "kernels.ts"), "return ", "return (");
    });
    const { code, stderr } = await runIn(folder, "check-kernels.ts");
    expect(code).toBe(1);
    expect(stderr).toMatch(/^kernels\.ts: .+ in:\nfunction \w+\(/);
  });
});

test("the versions that a program asks for are those that it is tested with", () => {
  const { dependencies, devDependencies } = JSON.parse(
    readFileSync(join(built, "package.json"), "utf8"),
  ) as Record<"dependencies" | "devDependencies", Readonly<Record<string, string>>>;
  const lock = JSON.parse(readFileSync("package-lock.json", "utf8")) as {
    readonly packages: Readonly<Record<string, { readonly version: string }>>;
  };
  for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies }))
    expect(`${name} ${version}`).toBe(`${name} ${lock.packages[`node_modules/${name}`]!.version}`);
});

describe("--data of another kind than the program's own", () => {
  test("is refused with what makes a program that takes it", async () => {
    const { code, stderr } = await runIn(built, "train.ts", ["--data", "Iris=rows.npz"]);
    expect(code).toBe(2);
    expect(stderr).toBe(
      "rows.npz cannot be read by this program, which reads tables (.csv, .tsv, gzipped or not).\n" +
        "  `nnspec build … --data Name=file` makes one that reads such files, and `nnspec train … --data Name=file` reads every kind.\n",
    );
  });
});
