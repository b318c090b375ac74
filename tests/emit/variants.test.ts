import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { check } from "../../src/compiler/check.ts";
import { compileRun } from "../../src/compiler/compile.ts";
import { emit } from "../../src/targets/trainer/emit.ts";
import { lintsOff } from "../support/lints-off.ts";
import { digits, repository, runIn } from "./support/folder.ts";
import { fileOf, variants } from "./support/variants.ts";

/** All variants in one folder, so that one compiler and one Node look at all of them. */
let folder: string;
const names = Object.keys(variants);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "nnspec-variants-"));
  symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"), "junction");
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  for (const name of names) {
    const { value, diagnostics } = check(
      { path: `${name}.nnspec`, text: fileOf(name) },
      { set: new Map(), lints: lintsOff, read: () => ({ problem: "missing" }) },
    );
    expect(
      diagnostics.map(({ code, message }) => `${code} ${message}`),
      name,
    ).toEqual([]);
    const files = await emit(compileRun(value!.runs[0]!), value!, { pathFromFolder: () => digits });
    for (const { path, text } of files) {
      mkdirSync(dirname(join(folder, name, path)), { recursive: true });
      writeFileSync(join(folder, name, path), text);
    }
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("every variant passes the compiler", () => {
  const { compilerOptions } = JSON.parse(
    readFileSync(join(folder, names[0]!, "tsconfig.json"), "utf8"),
  ) as { compilerOptions: object };
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ compilerOptions, include: names.map((name) => `${name}/**/*.ts`) }),
  );
  const { stdout } = spawnSync(
    process.execPath,
    [join(repository, "node_modules/typescript/bin/tsc"), "-p", folder],
    { encoding: "utf8" },
  );
  expect(stdout).toBe("");
});

describe("every variant trains", () => {
  let outcomes: Readonly<
    Record<
      string,
      {
        readonly losses: number[];
        readonly steps: number;
        readonly reason: string;
        readonly test?: Record<string, number>;
        readonly tensors: string[];
        readonly predictions: Record<string, unknown>[];
      }
    >
  >;
  beforeAll(async () => {
    writeFileSync(join(folder, "all.ts"), driver);
    const { stdout, stderr } = await runIn(folder, "all.ts");
    expect(stderr).toBe("");
    outcomes = JSON.parse(stdout) as typeof outcomes;
  });

  test.each(names)("%s: the loss falls", (name) => {
    const { losses } = outcomes[name]!;
    expect(losses.length).toBeGreaterThan(0);
    expect(losses.every(Number.isFinite)).toBe(true);
    expect(losses.at(-1)).toBeLessThan(losses[0]!);
  });

  test("limits and names are those of the specs", () => {
    expect(outcomes["conditions"]).toMatchObject({ steps: 13, reason: "all steps are done" });
    expect(outcomes["convolutions"]!.tensors).toContain("first.batch_norm_1.mean");
    expect(outcomes["heads"]!.tensors).not.toContain("decode.weight");
    expect(outcomes["formula"]!.test).toMatchObject({
      mae: expect.any(Number),
      r2: expect.any(Number),
    });
  });

  test("predictions are read as the losses say", () => {
    expect(outcomes["margins"]!.predictions).toEqual([
      {
        output: "scores",
        class: expect.stringMatching(/^[01]$/),
        values: [expect.any(Number), expect.any(Number)],
      },
      {
        output: "chance",
        class: expect.stringMatching(/^[01]$/),
        probability: expect.any(Number),
        probabilities: { 0: expect.any(Number), 1: expect.any(Number) },
      },
    ]);
    const { class: best, probability, probabilities } = outcomes["margins"]!.predictions[1]!;
    const shares = probabilities as Readonly<Record<string, number>>;
    expect(shares["0"]! + shares["1"]!).toBeCloseTo(1, 6);
    expect(probability).toBe(Math.max(...Object.values(shares)));
    expect(shares[best as string]).toBe(probability);
    const [scaled] = outcomes["formula"]!.predictions[0]!["values"] as number[];
    expect(Math.abs(scaled!)).toBeLessThan(2);
    const [code, picture, logits] = outcomes["heads"]!.predictions;
    expect([code, picture].map((one) => (one!["values"] as number[]).length)).toEqual([8, 64]);
    expect(Object.keys(logits!["probabilities"] as object)).toHaveLength(10);
  });
});

const rows: Readonly<Record<string, readonly number[]>> = {
  averages: Array.from({ length: 64 }, (_, index) => index % 17),
  convolutions: Array.from({ length: 64 }, (_, index) => index % 17),
  heads: Array.from({ length: 64 }, (_, index) => index % 17),
  folded: Array.from({ length: 64 }, (_, index) => index % 17),
  foldedInOrder: Array.from({ length: 64 }, (_, index) => index % 17),
  stratified: Array.from({ length: 64 }, (_, index) => index % 17),
  conditions: [0.5, -0.5],
  margins: [0.5, -0.5],
  formula: [0.25],
  ordered: [0.25],
};

const driver = `
const outcomes = {};
for (const name of ${JSON.stringify(names)}) {
  const { train } = await import("./" + name + "/train.ts");
  const losses = [];
  const quiet = { start() {}, batch() {}, note() {}, end() {}, interrupted() {}, epoch({ train }) { losses.push(train.loss); } };
  const { end, tensors } = await train({ backend: "cpu", data: new Map(), runDirectory: name + "/run", resume: false, format: "json" }, quiet);
  const { closeModel, loadModel, predict } = await import("./" + name + "/predict.ts");
  const model = await loadModel(name + "/run/last.safetensors", "cpu");
  const [predictions] = await predict(model, [${JSON.stringify(rows)}[name]]);
  await closeModel(model);
  outcomes[name] = { predictions, losses, steps: end.steps, reason: end.reason, test: end.test, tensors: tensors.map(({ name }) => name) };
}
console.log(JSON.stringify(outcomes));
`;
