import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compileRun } from "../../src/compiler/compile.ts";
import { emit } from "../../src/targets/trainer/emit.ts";
import { decodeSafetensors } from "../../src/runtime/safetensors.ts";
import { digits, eventsOf, repository, runIn } from "./support/folder.ts";
import { digitsData, specRun } from "./support/spec.ts";

const text = `${digitsData}
model Old(image: f32[B, px: 64]) -> f32[B, 10] { return image -> dense(8, bias: off) as stem -> batch_norm as norm -> relu -> dense(6) as middle -> relu -> dense(10) as old }
model New(image: f32[B, px: 64]) -> f32[B, 10] { return image -> dense(8, bias: off) as stem -> batch_norm as norm -> relu -> dense(6) as middle -> relu -> dense(10) as head }
train Old on Digits as First { loss: cross_entropy(old, label), batch: 100, epochs: 1, optimizer: sgd(0.1), keep: last }
recipe Step { loss: cross_entropy(head, label), batch: 100, steps: 1, optimizer: sgd(0.1), keep: last }
train New on Digits as Whole with Step { for parameters(stem, norm, middle) { load: checkpoint("old.safetensors") } }
train New on Digits as Tuned with Step {
  for parameters(stem, norm, middle) { load: checkpoint("old.safetensors") }
  for parameters(stem, norm) { freeze: on }
  for parameters(middle) { lr: 0.1x }
}
train New on Digits as Partly with Step { for parameters(stem) { load: First } }
train Old on Digits as Misfit { loss: cross_entropy(old, label), steps: 1, batch: 100, for weights(old) { load: checkpoint("wrong.safetensors") } }`;

let root: string;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "nnspec-warm-"));
  symlinkSync(join(repository, "node_modules"), join(root, "node_modules"), "junction");
  for (const name of ["First", "Whole", "Tuned", "Partly", "Misfit"]) {
    const { program, run } = specRun(text, name);
    const pathFromFolder = (path: string) => (path.endsWith(".gz") ? digits : `../${path}`);
    for (const file of await emit(compileRun(run), program, { pathFromFolder })) {
      mkdirSync(dirname(join(root, name, file.path)), { recursive: true });
      writeFileSync(join(root, name, file.path), file.text);
    }
  }
  expect((await train("First")).code).toBe(0);
  copyFileSync(join(root, "First/run/last.safetensors"), join(root, "old.safetensors"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const train = (name: string, ...args: readonly string[]) =>
  runIn(join(root, name), "train.ts", ["--backend", "cpu", "--format", "json", ...args]);
const tensors = (path: string) =>
  decodeSafetensors(Uint8Array.from(readFileSync(join(root, path))), path).tensors;
const values = (path: string, tensor: string) => [...tensors(path).get(tensor)!.values];

describe("a warm start", () => {
  test("says what it took, what was left and why, and what was drawn afresh", async () => {
    const [start] = eventsOf((await train("Whole")).stdout) as [
      {
        warmStarts: readonly {
          from: string;
          taken: string[];
          foreign: string[];
          unasked: string[];
        }[];
        drawn: string[];
      },
    ];
    const [one] = start.warmStarts;
    expect(one!.from).toContain("old.safetensors");
    expect([...one!.taken].sort()).toEqual([
      "middle.bias",
      "middle.weight",
      "norm.mean",
      "norm.scale",
      "norm.shift",
      "norm.variance",
      "stem.weight",
    ]);
    expect([...one!.foreign].sort()).toEqual(["old.bias", "old.weight"]);
    expect(one!.unasked).toEqual([]);
    expect(start.drawn).toEqual(["head.weight", "head.bias"]);
    const lines = await runIn(join(root, "Whole"), "train.ts", [
      "--backend",
      "cpu",
      "--run-dir",
      "told",
    ]);
    expect(lines.stdout).toMatch(
      /loaded {4}7 tensors of .*old\.safetensors: [^\n]*\n {12}not in this model: old\.weight, old\.bias\n {2}drawn {5}afresh: head\.weight, head\.bias/,
    );
  });

  test("frozen layers stay as they were loaded, and a rate of 0.1x moves a tenth as far", async () => {
    expect((await train("Tuned")).code).toBe(0);
    for (const name of ["stem.weight", "norm.scale", "norm.shift"])
      expect(values("Tuned/run/last.safetensors", name), name).toEqual(
        values("old.safetensors", name),
      );
    const moved = (run: string) =>
      values(`${run}/run/last.safetensors`, "middle.weight").map(
        (value, index) => value - values("old.safetensors", "middle.weight")[index]!,
      );
    const [whole, tenth] = [moved("Whole"), moved("Tuned")];
    expect(Math.max(...whole.map(Math.abs))).toBeGreaterThan(1e-4);
    for (const [index, step] of tenth.entries()) expect(step).toBeCloseTo(0.1 * whole[index]!, 6);
    expect(values("Tuned/run/last.safetensors", "head.weight")).toEqual(
      values("Whole/run/last.safetensors", "head.weight"),
    );
  });

  test("a run that is not trained yet, and a tensor that does not fit, are told with what to do", async () => {
    const missing = await train("Partly");
    expect(missing.code).toBe(2);
    expect(missing.stderr).toContain("The weights of run First are not there");
    expect(missing.stderr).toContain("nnspec train spec.nnspec --run First");
    mkdirSync(join(root, "Partly/first"));
    copyFileSync(join(root, "old.safetensors"), join(root, "Partly/first/last.safetensors"));
    const [start] = eventsOf((await train("Partly")).stdout) as [
      { warmStarts: readonly { unasked: string[] }[] },
    ];
    expect([...start.warmStarts[0]!.unasked].sort()).toEqual([
      "middle.bias",
      "middle.weight",
      "norm.mean",
      "norm.scale",
      "norm.shift",
      "norm.variance",
    ]);
    copyFileSync(join(root, "Whole/run/last.safetensors"), join(root, "wrong.safetensors"));
    const misfit = await train("Misfit");
    expect(misfit.code).toBe(2);
    expect(misfit.stderr).toContain('wrong.safetensors has no tensor "old.weight"');
  });
});
