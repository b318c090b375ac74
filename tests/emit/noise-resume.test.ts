import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { programOf } from "../support/run-of.ts";
import { emitInto, remove, runIn, type Emitted } from "./support/folder.ts";

/** Every layer that draws, and attention, in one network that is small enough for gpu.js on the CPU. */
const spec = `
data Digits {
  image: f32[B, px: 64]
  label: class[B] of 10
  source: csv("digits.csv.gz", header: off, target: "65")
  normalize: scale(0 .. 1)
  split: (train: 80%, validation: 20%)
}
model Net(image: f32[B, px: 64]) -> f32[B, 10] {
  parameter position: f32[t: 25, c: 4] = normal(0.02)
  small = image -> reshape(h: 8, w: 8, c: 1) -> conv(4, 3) -> prelu(over: c) -> fractional_max_pool(1.5) -> flatten(over: (h, w), into: t)
  mixed = small + position + (small -> layer_norm -> attention(heads: 2, drop: 0.1) -> stochastic_depth(0.2))
  return mixed -> avg_pool(over: t) -> maxout(8, pieces: 2) -> dropout(0.2) -> dense(10, dropconnect: 0.2) as logits
}
train Net on Digits { loss: cross_entropy(logits, label), batch: 128, epochs: 2, optimizer: adam(0.01), seed: 3 }`;

let emitted: Emitted;
beforeAll(async () => {
  const program = programOf(spec);
  emitted = await emitInto({ program, run: program.runs[0]! });
});
afterAll(() => remove(emitted));

test.each(["wasm", "cpu"])(
  "a network with every kind of noise, interrupted and resumed on %s, ends bit for bit as if it had run through",
  { timeout: 120_000 },
  async (backend) => {
    const train = async (folder: string, ...args: readonly string[]): Promise<void> => {
      const { code, stderr } = await runIn(emitted.folder, "train.ts", [
        "--backend",
        backend,
        "--format",
        "json",
        "--run-dir",
        folder,
        ...args,
      ]);
      expect([code, stderr]).toEqual([0, ""]);
    };
    await train(`through-${backend}`);
    writeFileSync(
      join(emitted.folder, "interrupted.ts"),
      `
import { train } from "./train.ts";
let steps = 0;
const quiet = { start() {}, epoch() {}, note() {}, end() {}, interrupted() { console.log("interrupted"); }, batch() {
  if (++steps === 15) process.emit("SIGINT");
} };
await train({ backend: "${backend}", data: new Map(), runDirectory: "parts-${backend}", resume: false, format: "json" }, quiet);
`,
    );
    expect((await runIn(emitted.folder, "interrupted.ts")).stdout.trim()).toBe("interrupted");
    await train(`parts-${backend}`, "--resume");
    const weights = (folder: string): Buffer =>
      readFileSync(join(emitted.folder, folder, "last.safetensors"));
    expect(weights(`parts-${backend}`).equals(weights(`through-${backend}`))).toBe(true);
    const losses = readFileSync(join(emitted.folder, `through-${backend}`, "metrics.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { train: { loss: number } }).train.loss);
    expect(losses[1]!).toBeLessThan(losses[0]!);
  },
);

test("both backends train to the same losses", () => {
  const losses = (backend: string): readonly number[] =>
    readFileSync(join(emitted.folder, `through-${backend}`, "metrics.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { train: { loss: number } }).train.loss);
  for (const [epoch, loss] of losses("wasm").entries())
    expect(Math.abs(loss - losses("cpu")[epoch]!)).toBeLessThan(1e-3 * loss);
});
