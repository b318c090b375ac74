import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compileRun } from "../../src/compiler/compile.ts";
import { emit } from "../../src/targets/trainer/emit.ts";
import { decodeSafetensors } from "../../src/runtime/safetensors.ts";
import { repository, runIn } from "./support/folder.ts";
import { specRun } from "./support/spec.ts";

/** 96 rows to train on in batches of 32: 4 epochs of 3 steps, every step saved. */
const text = `
data Spirals {
  point: f32[B, axis: 2]
  arm: class[B] of 2
  source: spirals(60, noise: 0.05)
  split: (train: 80%, validation: 20%)
}
model Net(point: f32[B, axis: 2]) -> f32[B, 2] { return point -> dense(6, bias: off) as first -> batch_norm as norm -> relu -> dense(2) as last }
recipe Common { loss: cross_entropy(last, arm), batch: 32, epochs: 4, optimizer: sgd(0.5, momentum: 0.9), save: every(1 step) }
train Net on Spirals as Raw with Common
train Net on Spirals as Moving with Common { average: ema(0.7) }
train Net on Spirals as Mean with Common { average: swa(start: 40%, every: 2 steps) }`;

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "nnspec-averages-"));
  symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"), "junction");
  for (const name of ["Raw", "Moving", "Mean"]) {
    const { program, run } = specRun(text, name);
    for (const file of await emit(compileRun(run), program)) {
      mkdirSync(dirname(join(folder, name, file.path)), { recursive: true });
      writeFileSync(join(folder, name, file.path), file.text);
    }
    expect(
      (await runIn(join(folder, name), "train.ts", ["--backend", "wasm", "--format", "json"])).code,
    ).toBe(0);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const steps = 12;
const weights = ["first.weight", "norm.scale", "norm.shift", "last.weight", "last.bias"];
const saved = (run: string, step: number, name: string): readonly number[] => {
  const path = join(folder, run, "run", `step-${step}.safetensors`);
  return [
    ...decodeSafetensors(Uint8Array.from(readFileSync(path)), path).tensors.get(name)!.values,
  ];
};

/** What the averages must be, from the weights that the same training without them went through. */
function expectAverages(
  run: string,
  names: readonly string[],
  share: (step: number) => number,
): void {
  for (const name of names) {
    let average = saved("Raw", 1, name).map(() => 0);
    for (let step = 1; step <= steps; step++) {
      const raw = saved("Raw", step, name);
      average = average.map(
        (value, index) => (1 - share(step)) * value + share(step) * raw[index]!,
      );
      for (const [index, value] of saved(run, step, name).entries())
        expect(value, `${name} at step ${step}`).toBeCloseTo(average[index]!, 5);
    }
  }
}

test("ema: what is saved is the moving average of the weights and running statistics, and training does not notice", () => {
  expectAverages("Moving", [...weights, "norm.mean", "norm.variance"], (step) =>
    step === 1 ? 1 : 0.3,
  );
});

test("swa: what is saved is the mean of the weights at the end of every interval since the start", () => {
  // 40 % of 12 steps is 4.8: the first interval that ends at or after it is step 6.
  expectAverages("Mean", weights, (step) =>
    step <= 6 ? 1 : step % 2 === 0 ? 1 / ((step - 6) / 2 + 1) : 0,
  );
});

test("swa: running statistics are those of the averages once there are any, and those of the training before", () => {
  expect(saved("Mean", 6, "norm.mean")).toEqual(saved("Raw", 6, "norm.mean"));
  expect(saved("Mean", 12, "norm.mean")).not.toEqual(saved("Raw", 12, "norm.mean"));
});
