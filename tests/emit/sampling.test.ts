import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compileRun } from "../../src/compiler/compile.ts";
import { nodesOf } from "../../src/compiler/ir/graph.ts";
import { interpret } from "../../src/compiler/ir/interpret.ts";
import { fillUniform, randomStream } from "../../src/runtime/random.ts";
import { decodeSafetensors, type TensorFile } from "../../src/runtime/safetensors.ts";
import { programOf, runOf } from "../support/run-of.ts";
import { emitInto, remove, repository, runIn, type Emitted } from "./support/folder.ts";

const drop = 0.4;
/** A linear model with dropout: its mean and variance over the masks can be written down. */
const linear = `
data Plane {
  x: f32[B, px: 3]
  y: f32[B, 1]
  source: function(a + 2 * b - c, a: -1 .. 1, b: 0 .. 2, c: -3 .. 1, points: 200)
}
model Line(x: f32[B, px: 3]) -> f32[B, 1] { return x -> batch_norm as norm -> dropout(${drop}) -> dense(1) as fit }
train Line on Plane { loss: squared_error(fit, y), batch: 16, epochs: 3, optimizer: sgd(0.05), seed: 5, predict: monte_carlo(samples: 7) }`;

const classifier = `
data Spirals { point: f32[B, axis: 2], arm: class[B] of 3, source: spirals(60, classes: 3) }
model Net(point: f32[B, axis: 2]) -> f32[B, 3] { return point -> dense(8) as first -> tanh -> dropout(0.5) -> dense(3, dropconnect: 0.2) as logits }
train Net on Spirals { loss: cross_entropy(logits, arm), batch: 8, epochs: 1, seed: 2 }`;

const rows = [
  [0.5, 1.5, -2],
  [-1, 0.1, 0.7],
  [0.9, 1, 1],
];

interface Drawn {
  readonly class?: string;
  readonly probability?: number;
  readonly probabilities?: Readonly<Record<string, number>>;
  readonly values?: readonly number[];
  readonly spread: readonly number[] & Readonly<Record<string, number>>;
  readonly entropy?: number;
  readonly samples: number;
}

async function trained(text: string): Promise<Emitted> {
  const program = programOf(text);
  const emitted = await emitInto({ program, run: program.runs[0]! });
  const { code, stderr } = await runIn(emitted.folder, "train.ts", ["--backend", "wasm"]);
  expect([code, stderr]).toEqual([0, ""]);
  return emitted;
}

/** What `predictDrawn` says, on a backend. */
async function draw(
  emitted: Emitted,
  backend: string,
  given: readonly (readonly number[])[],
  samples: number,
): Promise<readonly Drawn[]> {
  writeFileSync(
    join(emitted.folder, "draw.ts"),
    `
import { closeModel, loadModel, predictDrawn } from "./predict.ts";
const [backend, rows, samples] = JSON.parse(process.argv[2]!) as ["wasm" | "cpu", number[][], number];
const model = await loadModel("run/last.safetensors", backend);
console.log(JSON.stringify((await predictDrawn(model, rows, samples)).map(([drawn]) => drawn)));
await closeModel(model);
`,
  );
  const { stdout, stderr } = await runIn(emitted.folder, "draw.ts", [
    JSON.stringify([backend, given, samples]),
  ]);
  expect(stderr).toBe("");
  return JSON.parse(stdout) as Drawn[];
}

function tensorsOf({ folder }: Emitted): TensorFile["tensors"] {
  return decodeSafetensors(
    new Uint8Array(readFileSync(join(folder, "run/last.safetensors"))),
    "last",
  ).tensors;
}

describe("a linear model with dropout", () => {
  let emitted: Emitted;
  beforeAll(async () => {
    emitted = await trained(linear);
  });
  afterAll(() => remove(emitted));

  test("mean and spread are those of the closed form, with running statistics in the normalisation", async () => {
    const tensors = tensorsOf(emitted);
    const of = (name: string): Float32Array => tensors.get(name)!.values;
    const samples = 4000;
    // One row at a time: statistics of such a batch would make 0 of every feature.
    for (const row of rows) {
      const [drawn] = await draw(emitted, "wasm", [row], samples);
      const z = row.map(
        (x, feature) =>
          (of("norm.scale")[feature]! * (x - of("norm.mean")[feature]!)) /
            Math.sqrt(of("norm.variance")[feature]! + 1e-5) +
          of("norm.shift")[feature]!,
      );
      const mean = z.reduce(
        (sum, each, feature) => sum + each * of("fit.weight")[feature]!,
        of("fit.bias")[0]!,
      );
      const variance =
        z.reduce((sum, each, feature) => sum + (each * of("fit.weight")[feature]!) ** 2, 0) *
        (drop / (1 - drop));
      expect(variance).toBeGreaterThan(0.01);
      expect(Math.abs(drawn!.values![0]! - mean)).toBeLessThan(4 * Math.sqrt(variance / samples));
      expect(Math.abs(drawn!.spread[0]! ** 2 - variance)).toBeLessThan(0.1 * variance);
      expect(drawn!.samples).toBe(samples);
    }
  });

  test("what draws is a plan of the same module, and only predicting has code for it", () => {
    const textOf = (path: string): string => emitted.files.find((file) => file.path === path)!.text;
    for (const path of ["kernels.ts", "wasm.ts"])
      expect(textOf(path), path).toMatch(/^ *sample\b|const sample /m);
    for (const { path, text } of emitted.files)
      if (path.endsWith(".ts") && path !== "predict.ts")
        expect(text, path).not.toMatch(/predictDrawn|plans\.sample/);
  });

  test("the same numbers each time and on every backend; rows of one batch have masks of their own", async () => {
    const [first, again, cpu] = [
      await draw(emitted, "wasm", rows, 30),
      await draw(emitted, "wasm", rows, 30),
      await draw(emitted, "cpu", rows, 30),
    ];
    expect(again).toEqual(first);
    for (const [place, drawn] of cpu.entries()) {
      expect(drawn.values![0]).toBeCloseTo(first[place]!.values![0]!, 5);
      expect(drawn.spread[0]).toBeCloseTo(first[place]!.spread[0]!, 5);
    }
    const twins = await draw(emitted, "wasm", [rows[0]!, rows[0]!], 30);
    expect(twins[0]!.values).not.toEqual(twins[1]!.values);
    expect(
      (
        await draw(
          emitted,
          "wasm",
          Array.from({ length: 40 }, () => rows[0]!),
          2,
        )
      ).map(({ values }) => values![0]),
    ).toHaveLength(40);
  });

  test("the command line draws as often as the run says, or as it is told; 0 is without noise", async () => {
    const predict = async (...args: readonly string[]): Promise<Drawn[]> => {
      const { stdout, code } = await runIn(
        emitted.folder,
        "predict.ts",
        ["--checkpoint", "run/last.safetensors", "--backend", "wasm", ...args, "-"],
        JSON.stringify(rows),
      );
      expect(code).toBe(0);
      return stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Drawn);
    };
    expect((await predict()).map(({ samples }) => samples)).toEqual([7, 7, 7]);
    expect((await predict("--samples", "3")).map(({ samples }) => samples)).toEqual([3, 3, 3]);
    const plain = await predict("--samples", "0");
    expect(plain.map(({ samples, spread }) => [samples, spread])).toEqual([
      [undefined, undefined],
      [undefined, undefined],
      [undefined, undefined],
    ]);
    const { code, stderr, stdout } = await runIn(
      emitted.folder,
      "predict.ts",
      ["--samples", "many", "-"],
      "[]",
    );
    expect([code, stderr + stdout]).toEqual([
      2,
      expect.stringContaining("--samples takes a whole number"),
    ]);
  });
});

test(
  "probabilities: mean, spread and entropy are those of the draws of the float64 interpreter",
  { timeout: 60_000 },
  async () => {
    const emitted = await trained(classifier);
    const graph = emitted.compiled.graphs.sample!;
    const streams = nodesOf(graph).flatMap((node) =>
      node.op === "random" ? [node.attributes] : [],
    );
    expect(streams.map(({ stream }) => stream).toSorted()).toEqual([
      "dropout_1/mask",
      "logits.weight/dropconnect",
    ]);
    const samples = 6;
    const points = [
      [0.3, -0.2],
      [1, 0.5],
    ];
    const drawn = Array.from({ length: samples }, (_, index) => {
      const random = streams.map(({ stream, type }) => {
        const numbers = new Float32Array(type.shape.reduce((product, size) => product * size, 1));
        fillUniform(numbers, randomStream(2, stream), index + 1);
        return [
          stream,
          Float64Array.from(
            type.batched
              ? numbers.subarray(0, (points.length * numbers.length) / type.shape[0]!)
              : numbers,
          ),
        ] as const;
      });
      const tensors = [...tensorsOf(emitted)].map(
        ([name, { values }]) => [name, Float64Array.from(values)] as const,
      );
      const { outputs } = interpret(graph, {
        values: new Map([...tensors, ...random, ["point", Float64Array.from(points.flat())]]),
        scalars: new Map(),
        rows: points.length,
      });
      const logits = outputs.get("logits")!;
      return points.map((_, row) => {
        const powers = [0, 1, 2].map((arm) => Math.exp(logits[row * 3 + arm]!));
        const total = powers.reduce((sum, power) => sum + power, 0);
        return powers.map((power) => power / total);
      });
    });
    for (const backend of ["wasm", "cpu"]) {
      const found = await draw(emitted, backend, points, samples);
      for (const [row, { probabilities, spread, entropy }] of found.entries()) {
        const means = [0, 1, 2].map(
          (arm) => drawn.reduce((sum, each) => sum + each[row]![arm]!, 0) / samples,
        );
        for (const [arm, mean] of means.entries()) {
          const deviation = Math.sqrt(
            drawn.reduce((sum, each) => sum + (each[row]![arm]! - mean) ** 2, 0) / (samples - 1),
          );
          expect(Object.values(probabilities!)[arm]!).toBeCloseTo(mean, 5);
          expect(Object.values(spread)[arm]!).toBeCloseTo(deviation, 5);
        }
        expect(entropy).toBeCloseTo(
          -means.reduce((sum, mean) => sum + mean * Math.log(mean), 0),
          5,
        );
      }
    }
    remove(emitted);
  },
);

test(
  "scores, chances and several outputs are drawn as they are read; the programs pass the compiler",
  { timeout: 60_000 },
  async () => {
    const emitted = await trained(`
data Spirals { point: f32[B, axis: 2], arm: class[B] of 2, source: spirals(60) }
model Net(point: f32[B, axis: 2]) -> (score: f32[B, 2], chance: f32[B, 1]) {
  body = point -> dense(8) -> tanh -> dropout(0.5)
  return (score: body -> dense(2) as score, chance: body -> dense(1) as chance)
}
train Net on Spirals { loss: hinge(score, arm) + binary_cross_entropy(chance, arm), batch: 8, epochs: 1 }`);
    writeFileSync(
      join(emitted.folder, "both.ts"),
      `
import { closeModel, loadModel, predictDrawn } from "./predict.ts";
const model = await loadModel("run/last.safetensors", "wasm");
console.log(JSON.stringify(await predictDrawn(model, [[0.1, 0.2], [-1, 0.5], [0.7, 0.7]], 40)));
await closeModel(model);
`,
    );
    const { stdout, stderr } = await runIn(emitted.folder, "both.ts");
    expect(stderr).toBe("");
    for (const [score, chance] of JSON.parse(stdout) as Drawn[][]) {
      const [first, second] = score!.values!;
      expect(score!.class).toBe(first! >= second! ? "0" : "1");
      expect(score!.spread).toHaveLength(2);
      const { 0: no, 1: yes } = chance!.probabilities!;
      expect(no! + yes!).toBeCloseTo(1, 6);
      expect(chance!.class).toBe(yes! > no! ? "1" : "0");
      expect(chance!.probability).toBe(Math.max(no!, yes!));
      const spread = chance!.spread as Readonly<Record<string, number>>;
      expect(spread["1"]).toBeGreaterThan(0);
      expect(spread["1"]).toBeLessThan(0.5);
    }
    const compiled = spawnSync(
      process.execPath,
      [join(repository, "node_modules/typescript/bin/tsc"), "-p", emitted.folder],
      { encoding: "utf8" },
    );
    expect(compiled.stdout).toBe("");
    remove(emitted);
  },
);

test("there is a plan for drawing only where something that prediction computes is random", () => {
  const spec = (model: string, rules = "") => `
data D { x: f32[B, px: 4], y: f32[B, 1] }
model M(x: f32[B, px: 4]) -> f32[B, 1] { return x -> ${model} -> dense(1) as fit
  ${rules} }
train M on D { loss: squared_error(fit, y) }`;
  const draws = (model: string, rules = ""): boolean =>
    compileRun(runOf(spec(model, rules))).plans.sample !== undefined;
  expect(
    ["dense(3) -> relu", "batch_norm", "dropout(0)", "stochastic_depth(0)"].map((model) =>
      draws(model),
    ),
  ).toEqual([false, false, false, false]);
  expect(
    ["dropout(0.1)", "dense(3, dropconnect: 0.1)", "stochastic_depth(0.5)"].map((model) =>
      draws(model),
    ),
  ).toEqual([true, true, true]);
  expect(draws("dense(3) as h -> relu", "for weights(h) { dropconnect: 0.5 }")).toBe(true);
});
