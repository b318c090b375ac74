import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compileRun } from "../../src/compiler/compile.ts";
import { emit } from "../../src/targets/trainer/emit.ts";
import { repository, runIn } from "./support/folder.ts";
import { specRun } from "./support/spec.ts";

/** Every way to end, each with what it says and the epochs or steps at which it must. */
const endings: Readonly<
  Record<
    string,
    {
      readonly settings: string;
      readonly reason: string | RegExp;
      readonly epochs?: number;
      readonly steps?: number;
    }
  >
> = {
  Epochs: { settings: "epochs: 3", reason: "all epochs are done", epochs: 3 },
  Steps: { settings: "epochs: 30, steps: 7", reason: "all steps are done", steps: 7 },
  Time: { settings: "epochs: 1000000, stop: time > 0.3 seconds", reason: "time > 0.3" },
  Target: { settings: "epochs: 400, stop: train.loss < 0.68", reason: "train.loss < 0.68" },
  Relative: {
    settings: "epochs: 400, stop: train.loss < 0.97 * initial.loss",
    reason: "train.loss < 0.97 * initial.loss",
  },
  Gradient: {
    settings: "epochs: 400, stop: gradient_norm < 0.7 * initial.gradient_norm",
    reason: "gradient_norm < 0.7 * initial.gradient_norm",
  },
  // With the rate 0 nothing gets better after the first epoch: 1 + 3 epochs; 9 steps are passed in the fourth epoch of 3; a second.
  Patience: {
    settings: "epochs: 400, optimizer: sgd(0), stop: early(validation.loss, patience: 3 epochs)",
    reason: "validation.loss has not become better for 3 epochs",
    epochs: 4,
  },
  InSteps: {
    settings: "epochs: 400, optimizer: sgd(0), stop: early(validation.loss, patience: 9 steps)",
    reason: "validation.loss has not become better for 9 steps",
    epochs: 4,
  },
  InSeconds: {
    settings:
      "epochs: 10000000, optimizer: sgd(0), stop: early(validation.loss, patience: 1 second)",
    reason: "validation.loss has not become better for 1 second",
  },
  Least: {
    settings: "epochs: 400, stop: early(train.loss, patience: 2 epochs, least: 100)",
    reason: "train.loss has not become better for 2 epochs",
    epochs: 3,
  },
  Both: {
    settings: "epochs: 400, stop: validation.accuracy >= 0% and epoch > 4",
    reason: "validation.accuracy >= 0 and epoch > 4",
    epochs: 5,
  },
  Either: {
    settings: "epochs: 400, stop: train.loss < 1e-30 or step >= 8",
    reason: "step >= 8",
    steps: 8,
  },
  // A rate that explodes: the first epochs are the best, and it ends where the loss is no number any more.
  Exploding: {
    settings:
      "epochs: 400, optimizer: sgd(0.5), schedule: constant(4 epochs) then constant(at: 1e39)",
    reason: /^diverged in step \d+ \(epoch \d+\): .*; kept is epoch \d+$/,
  },
};
const names = Object.keys(endings);

const text = (settings: string, name: string) => `
data Spirals {
  point: f32[B, axis: 2]
  arm: class[B] of 2
  source: spirals(60, noise: 0.05)
  split: (train: 80%, validation: 20%)
}
model Net(point: f32[B, axis: 2]) -> f32[B, 2] { return point -> dense(16) -> tanh -> dense(2) as logits }
train Net on Spirals as ${name} { loss: cross_entropy(logits, arm), batch: 32, ${settings.includes("optimizer") ? "" : "optimizer: adam(0.03), "}${settings} }`;

interface Outcome {
  readonly end: {
    readonly reason: string;
    readonly epochs: number;
    readonly steps: number;
    readonly best?: { readonly epoch: number };
    readonly validation: { readonly loss: number };
  };
  readonly validations: readonly number[];
}
let folder: string;
let outcomes: Readonly<Record<string, Outcome>>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "nnspec-stopping-"));
  symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"), "junction");
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  for (const name of names) {
    const { program, run } = specRun(text(endings[name]!.settings, name), name);
    for (const file of await emit(compileRun(run), program)) {
      mkdirSync(dirname(join(folder, name, file.path)), { recursive: true });
      writeFileSync(join(folder, name, file.path), file.text);
    }
  }
  writeFileSync(
    join(folder, "all.ts"),
    `const outcomes = {};
for (const name of ${JSON.stringify(names)}) {
  const { train } = await import("./" + name + "/train.ts");
  const validations = [];
  const quiet = { start() {}, batch() {}, note() {}, end() {}, interrupted() {}, epoch({ validation }) { validations.push(validation.loss); } };
  const { end } = await train({ backend: "wasm", data: new Map(), runDirectory: name + "/run", resume: false, format: "json" }, quiet);
  outcomes[name] = { end, validations: validations.slice(0, 400) };
}
console.log(JSON.stringify(outcomes));`,
  );
  const { stdout, stderr } = await runIn(folder, "all.ts");
  expect(stderr).toBe("");
  outcomes = JSON.parse(stdout) as typeof outcomes;
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(names)("%s: ends when it must, and says why", (name) => {
  const { end } = outcomes[name]!;
  const { reason, epochs, steps } = endings[name]!;
  expect(end.reason).toEqual(typeof reason === "string" ? reason : expect.stringMatching(reason));
  if (epochs !== undefined) expect(end.epochs).toBe(epochs);
  if (steps !== undefined) expect(end.steps).toBe(steps);
});

test("the weights of the best epoch are back at the end", () => {
  const { end, validations } = outcomes["Exploding"]!;
  const finite = validations.map((loss) => (Number.isFinite(loss) ? loss : Infinity));
  expect(end.best!.epoch).toBe(finite.indexOf(Math.min(...finite)) + 1);
  expect(end.best!.epoch).toBeLessThanOrEqual(end.epochs);
  expect(end.epochs).toBe(validations.length - 1);
  expect(end.validation.loss).toBe(Math.min(...finite));
});

test("weights are saved on the way: after every other epoch, every 4 steps, every 0.2 seconds", async () => {
  for (const [name, save, settings] of [
    ["EveryEpochs", "2 epochs", "epochs: 5"],
    ["EverySteps", "4 steps", "epochs: 3"],
    ["EverySeconds", "0.2 seconds", "epochs: 1000000, stop: time > 0.7 seconds"],
  ] as const) {
    const { program, run } = specRun(text(`${settings}, save: every(${save})`, name), name);
    for (const file of await emit(compileRun(run), program)) {
      mkdirSync(dirname(join(folder, name, file.path)), { recursive: true });
      writeFileSync(join(folder, name, file.path), file.text);
    }
    expect(
      (
        await runIn(folder, join(name, "train.ts"), [
          "--backend",
          "wasm",
          "--run-dir",
          join(name, "run"),
          "--format",
          "json",
        ])
      ).code,
    ).toBe(0);
  }
  const saved = (name: string) =>
    readdirSync(join(folder, name, "run"))
      .filter((file) => /^(epoch|step)-/.test(file))
      .sort();
  expect(saved("EveryEpochs")).toEqual(["epoch-2.safetensors", "epoch-4.safetensors"]);
  expect(saved("EverySteps")).toEqual(["step-4.safetensors", "step-8.safetensors"]);
  expect(saved("EverySeconds")).toHaveLength(3);
});
