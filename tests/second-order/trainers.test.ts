import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventsOf, remove, runIn, spawnIn } from "../emit/support/folder.ts";
import { folderOf, irisRun } from "../support/full-batch.ts";

interface Epoch {
  readonly event: string;
  readonly epoch: number;
  readonly reason?: string;
  readonly train: { readonly loss: number };
}

describe.each([
  ["lbfgs(history: 3)", ["cpu", "wasm"]],
  ["bfgs", ["wasm"]],
  ["newton", ["cpu"]],
] as const)("a trainer with %s", (optimizer, backends) => {
  let folder: string;
  beforeAll(async () => {
    folder = await folderOf(
      irisRun(optimizer, "stop: gradient_norm < 1e-9 * initial.gradient_norm"),
    );
  });
  afterAll(() => remove({ folder }));
  const train = (...args: readonly string[]) =>
    runIn(folder, "train.ts", ["--format", "json", ...args]);
  const bytes = (...path: readonly string[]) => readFileSync(join(folder, ...path));

  test.each(backends)(
    "on %s, interrupted and resumed, equals one that ran through",
    async (backend) => {
      const through = await train(
        "--backend",
        backend,
        "--run-dir",
        `${backend}-through`,
        "--epochs",
        "6",
      );
      expect(through.stderr).toBe("");
      const losses = (eventsOf(through.stdout) as unknown as readonly Epoch[])
        .filter(({ event }) => event === "epoch")
        .map((each) => each.train.loss);
      expect(losses).toHaveLength(6);
      expect(losses.toSorted((a, b) => b - a)).toEqual(losses);
      await train("--backend", backend, "--run-dir", `${backend}-parts`, "--epochs", "3");
      const resumed = await train(
        "--backend",
        backend,
        "--run-dir",
        `${backend}-parts`,
        "--resume",
        "--epochs",
        "6",
      );
      expect(resumed.code).toBe(0);
      for (const file of ["last.safetensors", "best.safetensors"])
        expect(
          bytes(`${backend}-parts`, file).equals(bytes(`${backend}-through`, file)),
          file,
        ).toBe(true);
    },
  );
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
  const train = (...args: readonly string[]) =>
    runIn(folder, "train.ts", ["--format", "json", ...args]);
  const bytes = (...path: readonly string[]) => readFileSync(join(folder, ...path));

  test.each(["cpu", "wasm"])(
    "on %s it learns, and a training cut off by kill -9 and resumed equals one that ran through",
    async (backend) => {
      const through = await train("--backend", backend, "--run-dir", `${backend}-through`);
      expect(through.stderr).toBe("");
      const losses = (eventsOf(through.stdout) as unknown as readonly Epoch[])
        .filter(({ event }) => event === "epoch")
        .map((each) => each.train.loss);
      expect(losses.at(-1)!).toBeLessThan(losses[0]! * 0.7);
      const child = spawnIn(folder, "train.ts", [
        "--format",
        "json",
        "--backend",
        backend,
        "--run-dir",
        `${backend}-parts`,
      ]);
      let seen = "";
      child.stdout.on("data", (chunk: Buffer) => {
        if ((seen += chunk.toString()).includes('"epoch":2')) child.kill("SIGKILL");
      });
      await new Promise((settle) => child.on("exit", settle));
      const resumed = await train(
        "--backend",
        backend,
        "--run-dir",
        `${backend}-parts`,
        "--resume",
      );
      expect(resumed.code).toBe(0);
      for (const file of ["last.safetensors", "best.safetensors"])
        expect(
          bytes(`${backend}-parts`, file).equals(bytes(`${backend}-through`, file)),
          file,
        ).toBe(true);
    },
  );
});

test("a layer called monitor trains by kfac, and what is reported is the loss", async () => {
  const spec = irisRun("kfac(1e-2, damping: 1e-3)", "").replace("batch: all", "batch: 40");
  const folders = await Promise.all(
    [spec, spec.replaceAll("scores", "monitor")].map((text) => folderOf(text)),
  );
  try {
    for (const folder of folders) {
      const { code, stdout, stderr } = await runIn(folder, "train.ts", [
        ...["--format", "json", "--backend", "cpu", "--epochs", "3"],
      ]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      const losses = (eventsOf(stdout) as unknown as readonly Epoch[])
        .filter(({ event }) => event === "epoch")
        .map(({ train }) => train.loss);
      expect(losses).toHaveLength(3);
      expect(losses[2]).toBeLessThan(losses[0]!);
    }
  } finally {
    for (const folder of folders) remove({ folder });
  }
});
