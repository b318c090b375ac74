import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fixText, soundness } from "../../src/tools/cli/fix-text.ts";
import { checkText } from "../support/check-text.ts";
import { filesIn } from "../support/files.ts";
import { blocksOf } from "../support/markdown.ts";
import { nnspec } from "./run.ts";

const broken = `dim B

data Digits {
  image: f32[B, px: 64]
  label: class[B] of 10
  source: csv("digits.csv", target: "digit")
  split: (train: 80%, validation: 10%, test: 10%)
}

model Mlp(image: f32[B, px: 64]) -> f32[B, 10] {
  return image -> dens(32) -> batch_norm -> tanh -> dense(10) -> softmax as logits
  for weights { init: zeros, regularize: l2(1e-4) }
}

train Mlp on Digits {
  loss: cross_entropy(logits, label)
  optimizer: adam(1e-1)
  epochs = 30
}
`;
const mended = `nnspec 1
dim B

data Digits {
  image: f32[B, px: 64]
  label: class[B] of 10
  source: csv("digits.csv", target: "digit")
  normalize: standardize
  split: (train: 80%, validation: 10%, test: 10%)
}

model Mlp(image: f32[B, px: 64]) -> f32[B, 10] {
  return image -> dense(32, bias: off) -> batch_norm -> tanh -> dense(10) as logits
  for weights { init: xavier, regularize: none }
}

train Mlp on Digits {
  loss: cross_entropy(logits, label)
  optimizer: adamw(1e-3, decay: 1e-4)
  epochs: 30
}
`;

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "nnspec-fix-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

describe("check --fix", () => {
  test("mends mistakes of syntax, names and craft in one go, and checks what it wrote", () => {
    const folder = folderWith({ "net.nnspec": broken });
    const { status, stderr } = nnspec(["check", "--fix", "net.nnspec"], { cwd: folder });
    expect(readFileSync(join(folder, "net.nnspec"), "utf8")).toBe(mended);
    expect(stderr).toContain("9 fixes made");
    expect(stderr).toContain("1 file checked: no errors");
    expect(status).toBe(0);
    expect(readdirSync(folder)).toEqual(["net.nnspec"]);
    expect(nnspec(["check", "--fix", "net.nnspec"], { cwd: folder }).stderr).toContain(
      "nothing to fix",
    );
  });

  test("follows a link and leaves it a link; the standard input is no file", () => {
    const folder = folderWith({ "net.nnspec": broken });
    mkdirSync(join(folder, "links"));
    symlinkSync("../net.nnspec", join(folder, "links", "net.nnspec"));
    nnspec(["check", "--fix", "links/net.nnspec"], { cwd: folder });
    expect(readFileSync(join(folder, "net.nnspec"), "utf8")).toBe(mended);
    expect(readdirSync(join(folder, "links"), { withFileTypes: true })[0]!.isSymbolicLink()).toBe(
      true,
    );
    expect(nnspec(["check", "--fix", "-"], { input: broken })).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("--fix"),
    });
  });

  test("leaves a name alone that another of the files imports", () => {
    const files = {
      "blocks.nnspec":
        "nnspec 1\nblock wide()(x: f32[B, c: n]) -> f32[B, c: 8] {\n  return x -> dense(8) -> relu\n}\n",
      "net.nnspec":
        'nnspec 1\nimport { wide } from "blocks.nnspec"\ndim B\nmodel Net(x: f32[B, c: 4]) -> f32[B, c: 8] {\n  return x -> wide\n}\n',
    };
    const folder = folderWith(files);
    expect(nnspec(["check", "--fix", "."], { cwd: folder }).status).toBe(0);
    expect(readFileSync(join(folder, "blocks.nnspec"), "utf8")).toBe(files["blocks.nnspec"]);
  });
});

describe("nnspec.config.json", () => {
  const spec = mended.replace("  normalize: standardize\n", "");
  test("is read from the root: a lint can be turned off, or made an error", () => {
    const folder = folderWith({ "net.nnspec": spec });
    const check = (...options: string[]) =>
      nnspec(["check", ...options, "net.nnspec"], { cwd: folder });
    expect(check()).toMatchObject({ status: 0, stderr: expect.stringContaining("NN2014") });
    writeFileSync(
      join(folder, "nnspec.config.json"),
      '{ "lints": { "inputs-not-normalized": "off" } }',
    );
    expect(check()).toMatchObject({ status: 0, stderr: expect.not.stringContaining("NN2014") });
    writeFileSync(
      join(folder, "nnspec.config.json"),
      '{ "lints": { "inputs-not-normalized": "error" } }',
    );
    expect(check()).toMatchObject({ status: 1, stderr: expect.stringContaining("error NN2014") });
    writeFileSync(
      join(folder, "nnspec.config.json"),
      '{ "lints": { "inputs-not-normalised": "error" } }',
    );
    expect(check()).toMatchObject({
      stderr: expect.stringContaining("did you mean `inputs-not-normalized`?"),
    });
    writeFileSync(join(folder, "nnspec.config.json"), "{");
    expect(check()).toMatchObject({ status: 1, stderr: expect.stringContaining("NN2093") });
    expect(nnspec(["summary", "net.nnspec"], { cwd: folder }).status).toBe(1);
  });

  test("the lints can be listed and explained by name", () => {
    expect(nnspec(["list", "lints"]).stdout).toMatch(/NN2010 +l2-with-adam +note +L2 with Adam/);
    expect(nnspec(["explain", "l2-with-adam"]).stdout).toContain("# L2 with Adam");
  });
});

describe("no fix ever breaks a file", () => {
  const samples = filesIn("tests/samples", "input.nnspec").map(
    (path) => [path, readFileSync(path, "utf8").replace(/[«»]/g, "")] as const,
  );
  const pages = filesIn("src/compiler/base/diagnostics/explanations", ".md").flatMap((path) =>
    blocksOf(readFileSync(path, "utf8"))
      .filter(({ language }) => language === "nnspec")
      .map(({ text, line }) => [`${path}:${line}`, text] as const),
  );
  test("every malformed sample and every block of the explanation pages is as sound as before, or sounder", () => {
    expect(samples.length + pages.length).toBeGreaterThan(300);
    let mendedFiles = 0;
    for (const [path, text] of [...samples, ...pages]) {
      const before = checkText(text).diagnostics;
      const fixed = fixText(
        { path: "examples/sample.nnspec", text },
        (source) => checkText(source.text, source.path).diagnostics,
      );
      const after = checkText(fixed.text).diagnostics;
      expect(soundness(after), `${path}\n${fixed.text}`).toBeGreaterThanOrEqual(soundness(before));
      if (soundness(before) < 2 && soundness(after) === 2) mendedFiles++;
    }
    expect(mendedFiles).toBeGreaterThan(50);
  });
});
