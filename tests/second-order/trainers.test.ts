import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compileRun } from "../../src/compiler/compile.ts";
import { emit } from "../../src/compiler/passes/7-emit/emit.ts";
import { eventsOf, remove, repository, runIn, spawnIn } from "../emit/support/folder.ts";
import { programOf } from "../support/run-of.ts";

const iris = join(repository, "examples/data/iris.csv");
const text = (optimizer: string, settings: string): string => `
data Iris {
  features: f32[B, measure: 4]
  species: class[B] of 3
  source: csv("iris.csv", skip: 1, header: off, target: "5")
  normalize: standardize
  split: (train: 80%, validation: 20%)
}
model Net(features: f32[B, measure: 4]) -> f32[B, 3] {
  return features -> dense(4) as hidden -> tanh -> dense(3) as scores
  for weights { regularize: l2(1e-2) }
}
train Net on Iris {
  loss: cross_entropy(scores, species)
  batch: all
  epochs: 12
  optimizer: ${optimizer}
  ${settings}
}`;

async function folderOf(spec: string): Promise<string> {
  const program = programOf(spec);
  const files = await emit(compileRun(program.runs[0]!, { rows: 120 }), program, { pathFromFolder: () => iris });
  const folder = mkdtempSync(join(tmpdir(), "nnspec-second-"));
  for (const file of files) {
    mkdirSync(dirname(join(folder, file.path)), { recursive: true });
    writeFileSync(join(folder, file.path), file.text);
  }
  symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"), "junction");
  return folder;
}

interface Epoch {
  readonly event: string;
  readonly epoch: number;
  readonly reason?: string;
  readonly train: { readonly loss: number };
}

describe.each(["lbfgs(history: 3)", "bfgs", "newton"])("a trainer with %s", (optimizer) => {
  let folder: string;
  beforeAll(async () => {
    folder = await folderOf(text(optimizer, "stop: gradient_norm < 1e-9 * initial.gradient_norm"));
  });
  afterAll(() => remove({ folder }));
  const train = (...args: readonly string[]) => runIn(folder, "train.ts", ["--format", "json", ...args]);
  const bytes = (...path: readonly string[]) => readFileSync(join(folder, ...path));

  test.each(["cpu", "wasm"])("on %s, interrupted and resumed, equals one that ran through", async (backend) => {
    const through = await train("--backend", backend, "--run-dir", `${backend}-through`, "--epochs", "6");
    expect(through.stderr).toBe("");
    const losses = (eventsOf(through.stdout) as unknown as readonly Epoch[]).filter(({ event }) => event === "epoch").map((each) => each.train.loss);
    expect(losses).toHaveLength(6);
    expect(losses.toSorted((a, b) => b - a)).toEqual(losses);
    await train("--backend", backend, "--run-dir", `${backend}-parts`, "--epochs", "3");
    const resumed = await train("--backend", backend, "--run-dir", `${backend}-parts`, "--resume", "--epochs", "6");
    expect(resumed.code).toBe(0);
    for (const file of ["last.safetensors", "best.safetensors"]) expect(bytes(`${backend}-parts`, file).equals(bytes(`${backend}-through`, file)), file).toBe(true);
  });
});

describe("a trainer with kfac: mini-batches, dropout, a convolution, weights of other kinds", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await folderOf(`
data Iris {
  features: f32[B, measure: 4]
  species: class[B] of 3
  source: csv("iris.csv", skip: 1, header: off, target: "5")
  normalize: standardize
  split: (train: 80%, validation: 20%)
}
model Net(features: f32[B, measure: 4]) -> f32[B, 3] {
  return features -> reshape(t: 4, c: 1) -> conv(3, 2) as seen -> layer_norm -> relu -> flatten -> dropout(0.1) -> dense(6) as hidden -> tanh -> dense(3) as scores
  for weights { regularize: l2(1e-4) }
}
train Net on Iris {
  loss: cross_entropy(scores, species)
  batch: 25
  epochs: 6
  optimizer: kfac(0.03, damping: 1e-2, momentum: 0.8, every: 4, kl_clip: 0.01)
  schedule: cosine(to: 0)
}`);
  });
  afterAll(() => remove({ folder }));
  const train = (...args: readonly string[]) => runIn(folder, "train.ts", ["--format", "json", ...args]);
  const bytes = (...path: readonly string[]) => readFileSync(join(folder, ...path));

  test.each(["cpu", "wasm"])("on %s it learns, and a training cut off by kill -9 and resumed equals one that ran through", async (backend) => {
    const through = await train("--backend", backend, "--run-dir", `${backend}-through`);
    expect(through.stderr).toBe("");
    const losses = (eventsOf(through.stdout) as unknown as readonly Epoch[]).filter(({ event }) => event === "epoch").map((each) => each.train.loss);
    expect(losses.at(-1)!).toBeLessThan(losses[0]! * 0.7);
    const child = spawnIn(folder, "train.ts", ["--format", "json", "--backend", backend, "--run-dir", `${backend}-parts`]);
    let seen = "";
    child.stdout.on("data", (chunk: Buffer) => {
      if ((seen += chunk.toString()).includes('"epoch":2')) child.kill("SIGKILL");
    });
    await new Promise((settle) => child.on("exit", settle));
    const resumed = await train("--backend", backend, "--run-dir", `${backend}-parts`, "--resume");
    expect(resumed.code).toBe(0);
    for (const file of ["last.safetensors", "best.safetensors"]) expect(bytes(`${backend}-parts`, file).equals(bytes(`${backend}-through`, file)), file).toBe(true);
  });
});

test("programs type-check strictly and carry only their own method", async () => {
  const folders = await Promise.all(["lbfgs", "bfgs", "newton"].map((optimizer) => folderOf(text(optimizer, "stop: gradient_norm < 1e-4 * initial.gradient_norm"))));
  const carried = folders.map((folder) => ["lbfgs", "bfgs", "newton"].filter((name) => existsSync(join(folder, `runtime/${name}.ts`))));
  expect(carried).toEqual([["lbfgs"], ["bfgs"], ["newton"]]);
  const { stdout } = spawnSync(process.execPath, [join(repository, "node_modules/typescript/bin/tsc"), "-p", folders[2]!], { encoding: "utf8" });
  expect(stdout).toBe("");
  for (const folder of folders) remove({ folder });
});
