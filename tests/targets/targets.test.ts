import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { beginCompilation } from "../../src/compiler/compile.ts";
import { generate } from "../../src/targets/target.ts";
import { writeTrainer } from "../../src/tools/cli/trainer.ts";
import { nnspecHere } from "../cli/here.ts";
import { programOf } from "../verify/verified.ts";
import { layerList } from "./toy.ts";

const spec = (layer: string): string => `nnspec 1
dim B
data Rows {
  x: f32[B, t: 4, c: 3]
  y: class[B] of 2
  source: csv("rows.csv")
}
model Net(x: f32[B, t: 4, c: 3]) -> f32[B, 2] {
  return x -> ${layer} -> flatten -> dense(2) as logits
}
train Net on Rows { loss: cross_entropy(logits, y), batch: 8 }
`;

function compiling(layer: string) {
  const program = programOf("rows.nnspec", spec(layer));
  return { program, run: program.runs[0]! };
}

describe("a target of fifty lines, which no other file knows", () => {
  test("has the layers, the interface, a graph and a plan of the run", async () => {
    const { program, run } = compiling("dense(5, over: c) as h -> relu");
    const { value, diagnostics } = await generate(layerList, beginCompilation(program, run), {});
    expect(diagnostics).toEqual([]);
    expect(Object.fromEntries(value!.map(({ path, text }) => [path, text]))).toEqual({
      "layers.txt":
        "h  dense  [B, t: 4, c: 5]\nflatten_1  flatten  [B, c: 20]\nlogits  dense  [B, c: 2]\n",
      "cost/summary.txt": expect.stringMatching(
        /^4 tensors, 8 rows, \d+ kinds of primitives, \d+ steps\n$/,
      ),
    });
  });

  test("is written by the command line's own hand", async () => {
    const { program, run } = compiling("dense(5, over: c) as h -> relu");
    const folder = mkdtempSync(join(tmpdir(), "nnspec-toy-"));
    const choices = { pathFromFolder: (path: string) => path, data: new Map(), set: new Map() };
    const written = await writeTrainer(program, run, folder, { ...choices, target: layerList });
    expect(written).toEqual(["layers.txt", "cost/summary.txt"]);
    expect(readFileSync(join(folder, "layers.txt"), "utf8")).toContain("logits  dense");
  });

  test("says what it cannot express, at its place, and writes nothing", async () => {
    const { program, run } = compiling("gru(5)");
    const { value, diagnostics } = await generate(layerList, beginCompilation(program, run), {});
    expect(value).toBeUndefined();
    expect(diagnostics.map(({ span }) => span.start)).toEqual([spec("gru(5)").indexOf("gru(5)")]);
  });

  test("that leads out of its folder, or writes a file twice, is a fault", async () => {
    const { program, run } = compiling("relu");
    for (const paths of [["../a"], ["/a"], ["a/../../b"], ["a\\b"], ["a", "a"]]) {
      const files = async () => paths.map((path) => ({ path, text: "" }));
      await expect(
        generate({ ...layerList, files }, beginCompilation(program, run), {}),
      ).rejects.toThrow(/layers writes/);
    }
  });
});

test("nothing is compiled that a target does not ask for: sizes that a plan needs may stay open", async () => {
  const program = programOf("rows.nnspec", spec("relu").replace("batch: 8", "batch: all"));
  const compilation = beginCompilation(program, program.runs[0]!);
  const files = async () => [{ path: "run.txt", text: compilation.run.name }];
  const { value } = await generate({ ...layerList, files }, compilation, {});
  expect(value).toEqual([{ path: "run.txt", text: "Net" }]);
  expect(() => compilation.plan("train")).toThrow(/batch: all/);
});

describe("build --target", () => {
  test("names the targets there are", async () => {
    const { status, stdout } = await nnspecHere(["list", "targets"]);
    expect(status).toBe(0);
    expect(stdout).toContain("trainer  a standalone TypeScript program");
  });

  test.each([
    ["traner", "there is no target traner; did you mean trainer?"],
    ["onyx", "there is no target onyx; the targets are trainer"],
  ])("%s: in words, exit code 2", async (target, message) => {
    const { status, stderr } = await nnspecHere([
      ...["build", "examples/iris.nnspec", "--out", join(tmpdir(), "never"), "--target", target],
    ]);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
  });
});
