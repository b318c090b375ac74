import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { compileRun } from "../../src/compiler/compile.ts";
import { emit } from "../../src/targets/trainer/emit.ts";
import type { TrainerOptions } from "../../src/runtime/arguments.ts";
import { silentReporter, type Reporter } from "../../src/runtime/reporter.ts";
import { decodeSafetensors } from "../../src/runtime/safetensors.ts";
import { train } from "../../src/runtime/training/training.ts";
import { makeDefinition } from "../../src/tools/training/make-definition.ts";
import { repository, runIn } from "../emit/support/folder.ts";
import { specRun } from "../emit/support/spec.ts";

const top = mkdtempSync(join(tmpdir(), "nnspec-accumulate-"));
afterAll(() => rmSync(top, { recursive: true, force: true }));

/** 210 rows: 27 batches of 8, the last of 2 rows; 7 updates of 4 batches, the last of 3; or 7 batches of 32, the last of 18. */
const text = `
data Wave { x: f32[B, 1], y: f32[B, 1], source: function(sin(6 * x), x: 0 .. 1, points: 210) }
model Net(x: f32[B, 1]) -> f32[B, 1] {
  return x -> dense(8) as first -> tanh -> dense(1) as out
  for weights { regularize: l2(1e-3) }
}
model Noisy(x: f32[B, 1]) -> f32[B, 1] { return x -> dense(8) as first -> batch_norm -> relu -> dropout(0.3) -> dense(1) as out }
recipe Common { loss: mean_squared_error(out, y), epochs: 3, schedule: warmup(3 steps) then cosine(to: 0) }
recipe Adam { optimizer: adam(1e-2), clip: norm(0.2), average: ema(0.8), stop: gradient_norm < 1e-9 * initial.gradient_norm or train.loss < 1e-9 * initial.loss }
recipe Descent { optimizer: sgd(0.1, momentum: 0.9), clip: value(0.1) }
train Net on Wave as AdamSmall with Common, Adam { batch: 8, accumulate: 4 }
train Net on Wave as AdamLarge with Common, Adam { batch: 32 }
train Net on Wave as DescentSmall with Common, Descent { batch: 8, accumulate: 4 }
train Net on Wave as DescentLarge with Common, Descent { batch: 32 }
train Noisy on Wave as Still with Common { batch: 8, accumulate: 4, optimizer: sgd(1e-30) }
train Noisy on Wave as Apart with Common { batch: 8, optimizer: sgd(1e-30) }
train Noisy on Wave as Everything with Common, Adam { batch: 8, accumulate: 4 }
train Noisy on Wave as Limited with Common, Adam { batch: 8, accumulate: 4, steps: 10, save: every(5 steps) }`;

const options = {
  ...{ backend: "wasm", threads: 1, data: new Map<string, string>() },
  ...{ resume: false, format: "json" },
} as const satisfies Partial<TrainerOptions>;

/** Trains in this process, into a folder. */
async function trainHere(
  name: string,
  folder: string,
  more: Partial<TrainerOptions> = {},
  reporter: Partial<Reporter> = {},
): Promise<void> {
  const { program, run } = specRun(text, name);
  const emission = {
    ...{ compiled: compileRun(run), program, bound: new Map<string, string>() },
    pathFromFolder: (path: string) => path,
  };
  const definition = await makeDefinition(emission, pathToFileURL(`${top}/`).href);
  const directory = join(top, folder);
  await train(
    definition,
    { ...options, runDirectory: directory, ...more },
    { ...silentReporter, ...reporter },
  );
}

function tensors(folder: string, file: string): ReadonlyMap<string, readonly number[]> {
  const path = join(top, folder, file);
  const read = decodeSafetensors(new Uint8Array(readFileSync(path)), path).tensors;
  return new Map([...read].map(([name, { values }]) => [name, [...values]]));
}

/** The lines of the log without their seconds. */
function logOf(folder: string): readonly Readonly<Record<string, unknown>>[] {
  return readFileSync(join(top, folder, "metrics.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => ({ ...(JSON.parse(line) as Record<string, unknown>), seconds: 0 }));
}

function expectClose(
  found: ReadonlyMap<string, readonly number[]>,
  expected: ReadonlyMap<string, readonly number[]>,
): void {
  for (const [name, values] of expected)
    for (const [index, value] of values.entries())
      expect(Math.abs(found.get(name)![index]! - value), name).toBeLessThan(1e-6);
}

describe("four batches for an update are one batch four times as large", () => {
  const backends = [
    ["wasm", 1],
    ["wasm", 3],
    ["cpu", 1],
  ] as const;
  const cases = ["Adam", "Descent"].flatMap((name) =>
    backends.map(([backend, threads]) => ({ name, backend, threads })),
  );
  test.each(cases)("$name on $backend, $threads thread(s)", async ({ name, backend, threads }) => {
    const [small, large] = ["Small", "Large"].map((size) => `${name}${size}`) as [string, string];
    const folders = [small, large].map((run) => `${run}-${backend}-${threads}`) as [string, string];
    const [own, other] = folders;
    await trainHere(small, own, { backend, threads });
    await trainHere(large, other, { backend, threads });
    expectClose(tensors(own, "last.safetensors"), tensors(other, "last.safetensors"));
    // All that the larger run remembers, the running sums of its metrics and its slots among it.
    const { size } = tensors(other, "last.safetensors");
    const remembered = tensors(other, "resume.safetensors");
    expect(remembered.size).toBeGreaterThan(size);
    expectClose(
      tensors(own, "resume.safetensors"),
      new Map([...remembered].filter(([path]) => !path.startsWith("monitor/"))),
    );
    for (const [line, { epoch, step, rate, train: reached }] of logOf(other).entries()) {
      const mine = logOf(own)[line]!;
      expect(mine).toMatchObject({ epoch, step, rate });
      const loss = (value: unknown): number => (value as { loss: number }).loss;
      expect(Math.abs(loss(mine["train"]) - loss(reached))).toBeLessThan(1e-6);
    }
  });
});

test("masks and statistics of batches are those of the same batches apart", async () => {
  await trainHere("Still", "still", { epochs: 2 });
  await trainHere("Apart", "apart", { epochs: 2 });
  // A rate of nothing moves no weight, so every batch meets the same ones in both.
  const losses = (folder: string): readonly unknown[] => logOf(folder).map((line) => line["train"]);
  expect(losses("still")).toEqual(losses("apart"));
  expect(new Set(losses("still").map((line) => JSON.stringify(line))).size).toBe(2);
  for (const name of ["batch_norm_1.mean", "batch_norm_1.variance"]) {
    const [own, other] = ["still", "apart"].map((run) =>
      tensors(run, "last.safetensors").get(name),
    );
    expect(own).toHaveLength(8);
    expect(own).toEqual(other);
  }
});

describe("what is resumed goes on to the bit", () => {
  const files = ["last.safetensors", "resume.safetensors"];
  const same = (folder: string, straight: string): void => {
    for (const file of files) expect(tensors(folder, file)).toEqual(tensors(straight, file));
    expect(logOf(folder)).toEqual(logOf(straight));
  };

  test("after an interruption in the middle of an epoch, between updates", async () => {
    await trainHere("Everything", "straight");
    let told = 0;
    // The first batch of the fourth update has this place; what is told of comes after the update.
    const interrupt: Reporter["batch"] = ({ step, stepsPerEpoch }) => {
      expect(stepsPerEpoch).toBe(7);
      told++;
      if (step === 3 && told === 10) process.emit("SIGINT");
    };
    await trainHere("Everything", "halves", {}, { batch: interrupt });
    expect(told).toBe(10);
    expect(logOf("halves")).toHaveLength(1);
    await trainHere("Everything", "halves", { resume: true });
    same("halves", "straight");
  });

  test("a limit of steps counts updates, and ends between them", async () => {
    await trainHere("Limited", "limited");
    expect(logOf("limited").map(({ epoch, step }) => [epoch, step])).toEqual([
      [1, 7],
      [2, 10],
    ]);
    const { first, second } = {
      first: tensors("limited", "step-5.safetensors"),
      second: tensors("limited", "step-10.safetensors"),
    };
    expect(first.get("first.weight")).not.toEqual(second.get("first.weight"));
    expect(second).toEqual(tensors("limited", "last.safetensors"));
  });
});

test("the generated program does the same, byte for byte", async () => {
  const folder = join(top, "program");
  const { program, run } = specRun(text, "Everything");
  for (const file of await emit(compileRun(run), program)) {
    mkdirSync(dirname(join(folder, file.path)), { recursive: true });
    writeFileSync(join(folder, file.path), file.text);
  }
  symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"), "junction");
  const words = ["--backend", "wasm", "--threads", "1", "--format", "json"];
  const ended = await runIn(folder, "train.ts", [...words, "--run-dir", join(top, "generated")]);
  expect(ended).toMatchObject({ code: 0, stderr: "" });
  await trainHere("Everything", "direct");
  for (const file of ["last.safetensors", "resume.safetensors"])
    expect(tensors("generated", file)).toEqual(tensors("direct", file));
  expect(logOf("generated")).toEqual(logOf("direct"));
});
