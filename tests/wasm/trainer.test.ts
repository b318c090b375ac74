import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  emitInto,
  eventsOf,
  remove,
  runIn,
  type Ended,
  type Emitted,
} from "../emit/support/folder.ts";
import { smallRun } from "../emit/support/small-run.ts";

let emitted: Emitted;
beforeAll(async () => {
  emitted = await emitInto(smallRun());
});
afterAll(() => remove(emitted));

const train = (backend: string, folder: string, ...args: readonly string[]): Promise<Ended> =>
  runIn(emitted.folder, "train.ts", [
    "--backend",
    backend,
    "--format",
    "json",
    "--run-dir",
    folder,
    ...args,
  ]);

/** The loss of each epoch. */
function lossesIn(folder: string): readonly number[] {
  const lines = readFileSync(join(emitted.folder, folder, "metrics.jsonl"), "utf8")
    .trim()
    .split("\n");
  return lines.map((line) => (JSON.parse(line) as { train: { loss: number } }).train.loss);
}

test(
  "a trainer with dropout, penalties and Adam has the same losses on wasm as on gpu.js",
  { timeout: 120_000 },
  async () => {
    const [ours, theirs] = [await train("wasm", "wasm"), await train("cpu", "cpu")];
    expect([ours.code, ours.stderr, theirs.code]).toEqual([0, "", 0]);
    expect(eventsOf(ours.stdout)[0]).toMatchObject({ backend: "wasm", reason: "asked for" });
    const expected = lossesIn("cpu");
    expect(lossesIn("wasm").length).toBe(expected.length);
    for (const [epoch, loss] of lossesIn("wasm").entries())
      expect(Math.abs(loss - expected[epoch]!)).toBeLessThan(1e-4 * expected[epoch]!);
  },
);

test(
  "resumed on wasm it ends bit for bit as if it had run through; predictions come from the same weights",
  { timeout: 120_000 },
  async () => {
    await train("wasm", "through", "--epochs", "2");
    writeFileSync(join(emitted.folder, "interrupted.ts"), interrupted);
    expect((await runIn(emitted.folder, "interrupted.ts")).stdout.trim()).toBe("interrupted");
    expect((await train("wasm", "parts", "--epochs", "2", "--resume")).code).toBe(0);
    const weights = (folder: string): Buffer =>
      readFileSync(join(emitted.folder, folder, "last.safetensors"));
    expect(weights("parts").equals(weights("through"))).toBe(true);
    const row = JSON.stringify([{ image: Array.from({ length: 64 }, (_, place) => place % 17) }]);
    const predict = (backend: string): Promise<Ended> =>
      runIn(
        emitted.folder,
        "predict.ts",
        ["--checkpoint", "through/last.safetensors", "--backend", backend, "-"],
        row,
      );
    const [ours, theirs] = [await predict("wasm"), await predict("cpu")];
    expect([ours.code, theirs.code]).toEqual([0, 0]);
    const numbers = (text: string): readonly number[] =>
      [...text.matchAll(/-?\d+\.\d+(?:e-?\d+)?/g)].map((match) => Number(match[0]));
    expect(numbers(ours.stdout).length).toBeGreaterThan(0);
    for (const [place, value] of numbers(ours.stdout).entries())
      expect(Math.abs(value - numbers(theirs.stdout)[place]!)).toBeLessThan(1e-5);
  },
);

test("over 15,000 steps of the generated loop the heap is flat", { timeout: 120_000 }, async () => {
  writeFileSync(join(emitted.folder, "heap.ts"), heap);
  const { stdout, stderr } = await runIn(emitted.folder, "heap.ts");
  expect(stderr).toBe("");
  expect(Number(stdout), stdout).toBeLessThan(20);
});

/**
 * Prints by how many bytes the heap has grown in each step: the least of three times 5,000, since what is kept grows in all of them, and
 * what the engine compiles late in one.
 */
const heap = `
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { train } from "./train.ts";
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
const used = (): number => {
  collect();
  return process.memoryUsage().heapUsed;
};
let steps = 0;
const sizes: number[] = [];
const quiet = { start() {}, epoch() {}, note() {}, end() {}, interrupted() {}, batch() {
  if (++steps >= 2000 && (steps - 2000) % 5000 === 0) sizes.push(used());
  if (steps === 17000) {
    console.log(Math.min(...sizes.slice(1).map((size, place) => (size - sizes[place]!) / 5000)));
    process.emit("SIGINT");
  }
} };
await train({ backend: "wasm", epochs: 100000, data: new Map(), runDirectory: "heap", resume: false, format: "json" }, quiet);
`;

/** Trains until the seventeenth step and is then interrupted. */
const interrupted = `
import { train } from "./train.ts";
let steps = 0;
const quiet = { start() {}, epoch() {}, note() {}, end() {}, interrupted() { console.log("interrupted"); }, batch() {
  if (++steps === 17) process.emit("SIGINT");
} };
await train({ backend: "wasm", epochs: 2, data: new Map(), runDirectory: "parts", resume: false, format: "json" }, quiet);
`;
