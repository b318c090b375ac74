import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { emitInto, eventsOf, remove, runIn, type Emitted } from "../emit/support/folder.ts";
import { checkWithoutLints } from "../support/check-text.ts";

/** Everything that changes types: pictures cut to size, labels made distributions, values whitened, predictions averaged over views. */
const text = `nnspec 1
dim B
data Digits {
  image: f32[B, h: 8, w: 8, c: 1]
  label: class[B] of 10
  source: csv("digits.csv.gz", header: off, target: "65")
  normalize: standardize then whiten(keep: 99%)
  split: (train: 40%, validation: 10%, test: 50%)
}
model Net(image: f32[B, h: 7, w: 7, c: 1]) -> f32[B, 10] { return image -> flatten -> dense(24) as hidden -> relu -> dense(10) as logits }
train Net on Digits {
  augment: sometimes(50%, rotate(10 deg)) then any_of(noise(0.02), brightness(5%)) then crop(7) then mixup(alpha: 0.2)
  predict: average(crops(7))
  loss: cross_entropy(logits, label)
  batch: 32
  epochs: 15
  optimizer: adam(5e-3)
  seed: 5
}
`;

let emitted: Emitted;
beforeAll(async () => {
  const { value } = checkWithoutLints(text);
  emitted = await emitInto({ program: value!, run: value!.runs[0]! });
});
afterAll(() => remove(emitted));

const train = (...args: readonly string[]) =>
  runIn(emitted.folder, "train.ts", ["--format", "json", ...args]);
const bytes = (...path: readonly string[]) => readFileSync(join(emitted.folder, ...path));

describe("a trainer with augmentations", () => {
  test("trains alike on both backends, and its measures are those of a model that has learned", async () => {
    const [cpu, wasm] = await Promise.all(
      ["cpu", "wasm"].map((backend) => train("--backend", backend, "--run-dir", backend)),
    );
    expect(cpu!.stderr).toBe("");
    const [one, other] = [cpu!, wasm!].map(
      ({ stdout }) => eventsOf(stdout).at(-1) as { test: { loss: number; accuracy: number } },
    );
    expect(one!.test.accuracy).toBeGreaterThan(0.6);
    expect(Math.abs(one!.test.loss - other!.test.loss)).toBeLessThan(1e-3);
  }, 30_000);

  test("interrupted in the middle of an epoch it ends bit for bit as if it had run through", async () => {
    writeFileSync(join(emitted.folder, "interrupted.ts"), interrupted);
    const first = await runIn(emitted.folder, "interrupted.ts");
    expect(first.stdout.trim()).toBe("interrupted at step 35");
    const { code, stderr } = await train("--backend", "wasm", "--run-dir", "stopped", "--resume");
    expect(stderr).toBe("");
    expect(code).toBe(0);
    for (const file of ["last.safetensors", "best.safetensors"])
      expect(bytes("stopped", file).equals(bytes("wasm", file)), file).toBe(true);
  }, 30_000);

  test("--tta measures the mean over the views beside the plain prediction", async () => {
    const measured = async (...args: readonly string[]) =>
      eventsOf((await train("--evaluate", "wasm/best.safetensors", ...args)).stdout).at(-1)![
        "test"
      ] as Record<string, number>;
    const [plain, averaged] = [await measured(), await measured("--tta")];
    expect(averaged).toMatchObject(plain);
    expect(Object.keys(averaged)).toEqual([...Object.keys(plain), "views_accuracy", "views_loss"]);
    expect(averaged["views_accuracy"]).toBeGreaterThan(0.7);
    expect(await independentMeasure()).toEqual({
      accuracy: expect.closeTo(averaged["views_accuracy"]!, 6),
      loss: expect.closeTo(averaged["views_loss"]!, 4),
    });
  }, 30_000);

  test("predicts from rows as the data has them", async () => {
    const row = readFileSync("tests/augment/support/row.csv", "utf8");
    const { stdout, stderr } = await runIn(
      emitted.folder,
      "predict.ts",
      ["--checkpoint", "wasm/best.safetensors", "-"],
      row,
    );
    expect(stderr).toBe("");
    const { probabilities } = JSON.parse(stdout) as {
      class: string;
      probabilities: Record<string, number>;
    };
    expect(Object.values(probabilities).reduce((sum, value) => sum + value)).toBeCloseTo(1, 6);
  });
});

/** The mean of the five softmaxes, worked out from predictions of single views that the model is given by hand. */
async function independentMeasure(): Promise<unknown> {
  writeFileSync(join(emitted.folder, "by-hand.ts"), byHand);
  const { stdout, stderr } = await runIn(emitted.folder, "by-hand.ts");
  expect(stderr).toBe("");
  return JSON.parse(stdout);
}

const byHand = `
import { loadData } from "./data.ts";
import { loadTensors } from "./runtime/checkpoint.ts";
const { tensors } = await loadTensors("wasm/best.safetensors");
const t = (name: string): Float32Array => tensors.get(name)!.values;
const { test } = await loadData(5);
const image = test!.original!.columns.get("image")!.values;
const label = test!.original!.columns.get("label")!.values;
let [correct, loss] = [0, 0];
for (const row of test!.rows) {
  const sum = new Array<number>(10).fill(0);
  for (const [top, left] of [[0, 0], [0, 1], [1, 0], [1, 1], [0, 0]] as const) {
    const x: number[] = [];
    for (let i = 0; i < 49; i++) x.push(image[row * 64 + (Math.floor(i / 7) + top) * 8 + (i % 7) + left]!);
    const hidden = Array.from({ length: 24 }, (_, j) => Math.max(0, x.reduce((s, v, i) => s + v * t("hidden.weight")[i * 24 + j]!, t("hidden.bias")[j]!)));
    const logits = Array.from({ length: 10 }, (_, j) => hidden.reduce((s, v, i) => s + v * t("logits.weight")[i * 10 + j]!, t("logits.bias")[j]!));
    const total = logits.reduce((s, z) => s + Math.exp(z), 0);
    logits.forEach((z, j) => (sum[j]! += Math.exp(z) / total / 5));
  }
  if (sum.indexOf(Math.max(...sum)) === label[row]) correct++;
  loss -= Math.log(sum[label[row]!]!);
}
console.log(JSON.stringify({ accuracy: correct / test!.rows.length, loss: loss / test!.rows.length }));
`;

/** Stops in the second epoch, as Ctrl-C does. */
const interrupted = `
import { train } from "./train.ts";
const quiet = { start() {}, epoch() {}, note() {}, end() {} };
let step = 0;
const reporter = { ...quiet, batch() { if (++step === 35) process.emit("SIGINT"); }, interrupted() { console.log("interrupted at step " + step); } };
await train({ backend: "wasm", data: new Map(), resume: false, format: "json", runDirectory: "stopped" }, reporter);
process.exit(0);
`;
