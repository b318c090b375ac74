import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { diffPrograms, type Difference } from "../../src/compiler/diff.ts";
import { openSpec } from "../../src/tools/cli/revisions.ts";
import { check } from "../../src/compiler/check.ts";
import { diffToMarkdown, diffToText } from "../../src/tools/cli/diff-report.ts";
import { checkText } from "../support/check-text.ts";

const spec = `nnspec 1
dim B

data Points {
  x: f32[B, c: 8]
  kind: class[B] of 3
}

model Net(x: f32[B, c: 8]) -> f32[B, 3] {
  return x -> dense(16) as h1 -> layer_norm as norm -> relu -> dense(16) as h2 -> relu -> dense(3) as logits
}

train Net on Points {
  loss: cross_entropy(logits, kind)
  batch: 8
  optimizer: adam(1e-3)
}
`;

function compared(after: string, before = spec): Difference {
  const [old, now] = [before, after].map((text) => checkText(text).value!);
  return diffPrograms(old!, now!, () => new Map());
}

describe("diff", () => {
  test("of a spec with itself is empty", () => {
    const difference = compared(spec);
    expect(difference.same).toBe(true);
    expect(diffToText(difference, "a", "b")).toBe(
      "a and b describe the same models, data and runs",
    );
    expect(diffToMarkdown(difference, "a", "b")).toContain("Nothing changed");
  });

  test("of a wider layer: shapes, cost, and which tensors of an old checkpoint fit", () => {
    const difference = compared(spec.replace("dense(16) as h2", "dense(20) as h2"));
    const [model] = difference.models;
    expect(model!.shapes).toEqual([
      { what: "h2", before: "dense [B, c: 16]", after: "dense [B, c: 20]" },
    ]);
    expect(model!.after!.parameters - model!.before!.parameters).toBe(4 * 17 + 4 * 3);
    expect(model!.checkpointFits).toBe(false);
    expect(Object.fromEntries(model!.tensors.map(({ path, fit }) => [path, fit]))).toEqual({
      "h1.weight": "fits",
      "h1.bias": "fits",
      "norm.scale": "fits",
      "norm.shift": "fits",
      "h2.weight": "other shape",
      "h2.bias": "other shape",
      "logits.weight": "other shape",
      "logits.bias": "fits",
    });
    const markdown = diffToMarkdown(difference, "old", "new");
    expect(markdown).toContain(
      "| `Net` | 499 → 579 (+16.0 %) | 432 → 508 (+17.6 %) | 3 | does not fit; 5 of 8 tensors fit |",
    );
    expect(markdown).toContain("| `h2.weight` | other shape | `[16, 16]` | `[16, 20]` |");
  });

  test("of other settings: only the run, and the checkpoint still fits", () => {
    const difference = compared(
      spec.replace("batch: 8", "batch: 16").replace("adam(1e-3)", "adam(3e-3)"),
    );
    expect(difference.models[0]!.checkpointFits).toBe(true);
    const [run] = difference.runs;
    expect(run!.changes).toContainEqual({ what: "batch", before: "8", after: "16" });
    expect(run!.changes.find(({ what }) => what === "optimizer")).toMatchObject({
      after: expect.stringContaining("0.003"),
    });
    expect(diffToText(difference, "a", "b")).toContain("~ batch: 8 → 16");
  });

  test("of penalties of many weights is one line", () => {
    const difference = compared(
      spec.replace("adam(1e-3)", "adam(1e-3)\n  for weights { regularize: l2(1e-4) }"),
    );
    expect(difference.runs[0]!.changes).toEqual([
      expect.objectContaining({
        what: "regularize of 3 tensors (h1.weight, …)",
        before: "none",
        after: expect.stringContaining("l2"),
      }),
    ]);
  });

  test("of a layer that went: its tensors are dropped, which loading ignores", () => {
    const [model] = compared(spec.replace("-> layer_norm as norm ", "")).models;
    expect(model!.checkpointFits).toBe(true);
    expect(model!.tensors.filter(({ fit }) => fit === "dropped").map(({ path }) => path)).toEqual([
      "norm.scale",
      "norm.shift",
    ]);
    expect(model!.shapes).toEqual([
      { what: "norm", before: "layer_norm [B, c: 16]", after: undefined },
    ]);
  });

  test("text of a spec cannot leave its cell of the table", () => {
    const difference = compared(spec);
    const hostile: Difference = {
      ...difference,
      same: false,
      runs: [{ name: "Net", changes: [{ what: "a`|b\n| x", before: undefined, after: "1" }] }],
    };
    expect(diffToMarkdown(hostile, "a", "b")).toContain("| `a'\\|b\\u{a}\\| x` |  | `1` |");
  });
});

describe("a spec at a commit", () => {
  test("is read with its imports from that commit", () => {
    const folder = mkdtempSync(join(tmpdir(), "nnspec-diff-"));
    const git = (...args: string[]) =>
      spawnSync(
        "git",
        ["-c", "user.name=t", "-c", "user.email=t@t", "-c", "commit.gpgsign=false", ...args],
        { cwd: folder, encoding: "utf8" },
      );
    mkdirSync(join(folder, "sub"));
    const main =
      'nnspec 1\nimport { Unit } from "../unit.nnspec"\ndim B\nmodel Net(x: f32[B, c: 4]) -> f32[B, c: 4] { return x -> Unit }\n';
    const unit = (depth: number) =>
      `nnspec 1\nblock Unit()(x: f32[B, c]) { return x -> repeat ${depth} dense(4) }\n`;
    writeFileSync(join(folder, "sub/main.nnspec"), main);
    writeFileSync(join(folder, "unit.nnspec"), unit(1));
    for (const args of [
      ["init", "-q"],
      ["add", "."],
      ["commit", "-q", "-m", "first"],
    ])
      expect(git(...args).status).toBe(0);
    writeFileSync(join(folder, "unit.nnspec"), unit(3));
    const here = process.cwd();
    try {
      process.chdir(join(folder, "sub"));
      expect(openSpec("HEAD:main.nnspec").source).toEqual({
        path: "HEAD:sub/main.nnspec",
        text: main,
      });
      process.chdir(folder);
      const [old, now] = ["HEAD:sub/main.nnspec", "sub/main.nnspec"].map((subject) => {
        const { source, read } = openSpec(subject);
        return check(source, { set: new Map(), read }).value!;
      });
      const [model] = diffPrograms(old!, now!, () => new Map()).models;
      expect([model!.before!.depth, model!.after!.depth]).toEqual([1, 3]);
      expect(() => openSpec("HEAD:other.nnspec")).toThrow("git knows no HEAD:other.nnspec");
      expect(() => openSpec("-c:x.nnspec")).toThrow("cannot read");
    } finally {
      process.chdir(here);
    }
  });
});
