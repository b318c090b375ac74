import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeSafetensors } from "../../src/runtime/safetensors.ts";
import { emitInto, eventsOf, remove, runIn, spawnIn, type Emitted } from "./support/folder.ts";
import { smallRun } from "./support/small-run.ts";

let emitted: Emitted;
beforeAll(async () => {
  emitted = await emitInto(smallRun());
});
afterAll(() => remove(emitted));

const train = (...args: readonly string[]) =>
  runIn(emitted.folder, "train.ts", ["--backend", "cpu", "--format", "json", ...args]);
const bytes = (...path: readonly string[]) => readFileSync(join(emitted.folder, ...path));
const tensorsOf = (file: Uint8Array) =>
  decodeSafetensors(Uint8Array.from(file), "a file of weights").tensors;

const losses = (folder: string) =>
  bytes(folder, "metrics.jsonl")
    .toString()
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { train: object }).train);
const predict = (input: string) =>
  runIn(emitted.folder, "predict.ts", ["--checkpoint", "reading/best.safetensors", "-"], input);

describe("an emitted trainer", () => {
  test("trains, reports every epoch, and ends with the measured test part", async () => {
    const { code, stdout, stderr } = await train("--run-dir", "whole");
    expect(stderr).toBe("");
    expect(code).toBe(0);
    const events = eventsOf(stdout);
    expect(events.map(({ event }) => event)).toEqual(["start", "epoch", "epoch", "epoch", "end"]);
    expect(events[0]).toMatchObject({
      run: "Small",
      backend: "cpu",
      parameters: 910,
      rows: { train: 1437, validation: 180, test: 180 },
      stepsPerEpoch: 12,
    });
    expect(events[1]).toMatchObject({
      epoch: 1,
      train: { loss: expect.any(Number), accuracy: expect.any(Number) },
      validation: { loss: expect.any(Number) },
    });
    const end = events[4] as {
      test: { accuracy: number; loss: number };
      paths: Record<string, string>;
      seconds: number;
    };
    expect(end.test.accuracy).toBeGreaterThan(0.5);
    expect(end.paths["model"]).toBe("whole/best.safetensors");
    expect(end.seconds).toBeGreaterThan(0);
    const log = bytes("whole/metrics.jsonl")
      .toString()
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { epoch: number });
    expect(log.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
  });

  test("measures a checkpoint as the training did", async () => {
    const trained = eventsOf((await train("--run-dir", "measured")).stdout).at(-1) as {
      test: object;
    };
    const measured = eventsOf((await train("--evaluate", "measured/best.safetensors")).stdout).at(
      -1,
    ) as { test: object };
    expect(measured.test).toEqual(trained.test);
  });

  test("resumed after an interruption it ends bit for bit as if it had run through", async () => {
    await train("--run-dir", "through", "--epochs", "3");
    writeFileSync(join(emitted.folder, "interrupted.ts"), interrupted);
    const first = await runIn(emitted.folder, "interrupted.ts");
    expect(first.stdout.trim()).toBe("interrupted at step 17");
    const second = await train("--run-dir", "stopped", "--resume", "--epochs", "3");
    expect(second.code).toBe(0);
    for (const file of ["last.safetensors", "best.safetensors"])
      expect(bytes("stopped", file).equals(bytes("through", file)), file).toBe(true);
    expect(losses("stopped")).toEqual(losses("through"));
  });

  test("Ctrl-C ends it with 130, and what it had reached is kept", async () => {
    const child = spawnIn(emitted.folder, "train.ts", [
      "--backend",
      "cpu",
      "--format",
      "json",
      "--run-dir",
      "cut",
      "--epochs",
      "100000",
    ]);
    let seen = "";
    child.stdout.on("data", (chunk: Buffer) => {
      if (!seen.includes('"epoch":2') && (seen += chunk.toString()).includes('"epoch":2'))
        child.kill("SIGINT");
    });
    expect(await new Promise((settle) => child.on("exit", settle))).toBe(130);
    const last = tensorsOf(bytes("cut/last.safetensors"));
    const resumed = await train("--run-dir", "cut", "--resume", "--epochs", "1");
    expect(resumed.code).toBe(0);
    // What is said of the run has another number of epochs; what it had reached is the same.
    expect(tensorsOf(bytes("cut/last.safetensors"))).toEqual(last);
  });

  test("twice with one seed is twice the same, with another seed another", async () => {
    await train("--run-dir", "one", "--epochs", "1");
    await train("--run-dir", "two", "--epochs", "1");
    await train("--run-dir", "three", "--epochs", "1", "--seed", "8");
    expect(bytes("one/last.safetensors").equals(bytes("two/last.safetensors"))).toBe(true);
    expect(bytes("one/last.safetensors").equals(bytes("three/last.safetensors"))).toBe(false);
  });

  test("wrong options and files end with 2 and one clear message", async () => {
    const option = await train("--epoch", "3");
    expect(option.code).toBe(2);
    expect(option.stderr).toContain("--epochs");
    const missing = await train("--data", "Digits=nowhere.csv");
    expect(missing.code).toBe(2);
    expect(missing.stderr).toContain("nowhere.csv");
    const seed = await train("--run-dir", "one", "--resume", "--seed", "9");
    expect(seed.code).toBe(2);
    expect(seed.stderr).toContain("seed: 7 → 9");
    for (const { stderr } of [option, missing, seed]) expect(stderr).not.toMatch(/^\s+at /m);
  });
});

describe("prediction", () => {
  test("says of every test row what the evaluation counted", async () => {
    await train("--run-dir", "predicting");
    writeFileSync(join(emitted.folder, "compare.ts"), compare);
    const { stdout, stderr } = await runIn(emitted.folder, "compare.ts");
    expect(stderr).toBe("");
    const { right, rows, accuracy } = JSON.parse(stdout) as {
      right: number;
      rows: number;
      accuracy: number;
    };
    expect(rows).toBe(180);
    expect(right / rows).toBeCloseTo(accuracy, 10);
  });

  test("reads JSON and CSV on the command line, and refuses rows of the wrong length", async () => {
    await train("--run-dir", "reading", "--epochs", "1");
    const row = Array.from({ length: 64 }, (_, index) => index % 17);
    const outcomes = [
      await predict(JSON.stringify([row])),
      await predict(JSON.stringify({ image: row })),
      await predict(`${row.join(",")}\n`),
      await predict(`${row.join(",")},3\n`),
    ];
    for (const { code, stdout } of outcomes) {
      expect(code).toBe(0);
      expect(stdout).toBe(outcomes[0]!.stdout);
    }
    const prediction = JSON.parse(outcomes[0]!.stdout) as {
      class: string;
      probabilities: Record<string, number>;
    };
    const total = Object.values(prediction.probabilities).reduce((sum, share) => sum + share, 0);
    expect(total).toBeCloseTo(1, 6);
    expect(prediction.probabilities[prediction.class]).toBe(
      Math.max(...Object.values(prediction.probabilities)),
    );
    const short = await predict("[[1, 2, 3]]");
    expect(short.code).toBe(2);
    expect(short.stderr).toContain("64 numbers are needed, and 3 were given");
  });
});

/** Presses Ctrl-C, so to speak, at step 17 of 36: inside the second epoch. */
const interrupted = `
import { train } from "./train.ts";
let steps = 0;
const quiet = { start() {}, epoch() {}, note() {}, end() {}, interrupted() { console.log("interrupted at step " + steps); }, batch() {
  if (++steps === 17) process.emit("SIGINT");
} };
await train({ backend: "cpu", epochs: 3, data: new Map(), runDirectory: "stopped", resume: false, format: "json" }, quiet);
`;

/** Predicts the test rows as they are in the file, and counts the right ones. */
const compare = `
import { loadData, fields } from "./data.ts";
import { loadModel, predict, closeModel } from "./predict.ts";
import { evaluateCheckpoint } from "./train.ts";
import { denormalizeValues } from "./runtime/normalize.ts";
const data = await loadData(7);
const model = await loadModel("predicting/best.safetensors", "cpu");
const image = data.test.dataset.columns.get("image");
const label = data.test.dataset.columns.get("label");
const values = image.values.slice();
denormalizeValues(values, data.preparation.normalizations.image);
const rows = [...data.test.rows].map((row) => ({ image: [...values.slice(row * 64, (row + 1) * 64)] }));
const predictions = await predict(model, rows);
const right = [...data.test.rows].filter((row, index) => Number(predictions[index][0].class) === label.values[row]).length;
await closeModel(model);
const { metrics } = await evaluateCheckpoint("predicting/best.safetensors", { backend: "cpu", data: new Map(), resume: false, format: "json" });
console.log(JSON.stringify({ right, rows: rows.length, accuracy: metrics.accuracy }));
`;
