import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { compileRun } from "../../src/compiler/compile.ts";
import { interpret } from "../../src/compiler/ir/interpret.ts";
import { areaUnderCurve } from "../../src/runtime/area-under-curve.ts";
import { countConfusions, describeConfusion } from "../../src/runtime/confusion.ts";
import { fillUniform, randomStream } from "../../src/runtime/random.ts";
import { nnspec } from "../cli/run.ts";
import { findings } from "../support/in-memory.ts";
import { runOf } from "../support/run-of.ts";

const auc = (scores: readonly number[], labels: readonly number[]): number =>
  areaUnderCurve(Float32Array.from(scores), Float32Array.from(labels));

/** The share of pairs (one of class 1, one of class 0) that stand in the right order, ties counting half: the definition. */
function byPairs(scores: readonly number[], labels: readonly number[]): number {
  let [right, pairs] = [0, 0];
  scores.forEach((a, i) =>
    scores.forEach((b, j) => {
      if (labels[i] !== 1 || labels[j] !== 0) return;
      pairs++;
      right += a > b ? 1 : a === b ? 0.5 : 0;
    }),
  );
  return right / pairs;
}

describe("area under the curve", () => {
  test("closed forms: in order 1, the other way round 0, all equal 1/2, a textbook's 3/4", () => {
    expect(auc([0.1, 0.2, 0.8, 0.9], [0, 0, 1, 1])).toBe(1);
    expect(auc([0.9, 0.8, 0.2, 0.1], [0, 0, 1, 1])).toBe(0);
    expect(auc([3, 3, 3, 3, 3], [0, 1, 1, 0, 1])).toBe(0.5);
    expect(auc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])).toBe(0.75);
    expect(auc([1, 2, 2, 3], [0, 0, 1, 1])).toBe(0.875);
  });

  test("is the share of pairs in the right order, with many ties and without any", () => {
    const draws = new Float32Array(240);
    fillUniform(draws, randomStream(5, "auc"), 1);
    const labels = [...draws.subarray(0, 80)].map((draw) => (draw < 0.3 ? 1 : 0));
    for (const scores of [
      [...draws.subarray(80, 160)],
      [...draws.subarray(160)].map((draw) => Math.floor(draw * 5)),
    ]) {
      expect(auc(scores, labels)).toBeCloseTo(byPairs(scores, labels), 12);
    }
  });

  test("does not change under a growing map, and is 1 minus itself with the classes exchanged", () => {
    const [scores, labels] = [
      [-3, 1, 0.5, 2, -1, 0.5],
      [0, 1, 0, 1, 1, 1],
    ];
    expect(
      auc(
        scores.map((score) => Math.exp(score)),
        labels,
      ),
    ).toBe(auc(scores, labels));
    expect(
      auc(
        scores,
        labels.map((label) => 1 - label),
      ),
    ).toBeCloseTo(1 - auc(scores, labels), 12);
  });

  test("one class only, no rows, or a score that is no number: no area", () => {
    for (const [scores, labels] of [
      [
        [1, 2],
        [1, 1],
      ],
      [
        [1, 2],
        [0, 0],
      ],
      [[], []],
      [
        [1, Number.NaN],
        [0, 1],
      ],
    ] as const)
      expect(auc(scores, labels)).toBeNaN();
  });

  test("infinite scores are the highest and the lowest", () =>
    expect(auc([Number.NEGATIVE_INFINITY, 0, Number.POSITIVE_INFINITY], [0, 0, 1])).toBe(1));
});

describe("confusions", () => {
  test("are counted by right class and prediction; what is no class is counted nowhere", () => {
    const table = countConfusions(
      Float32Array.from([0, 0, 1, 2, 2, 2, 1]),
      Float32Array.from([0, 1, 1, 2, 0, 0, 3]),
      3,
      ["cat", "dog", "owl"],
    );
    expect(table).toEqual({
      classes: ["cat", "dog", "owl"],
      counts: [
        [1, 1, 0],
        [0, 1, 0],
        [2, 0, 1],
      ],
    });
    expect(countConfusions(new Float32Array(0), new Float32Array(0), 2, undefined)).toEqual({
      classes: ["0", "1"],
      counts: [
        [0, 0],
        [0, 0],
      ],
    });
  });

  test("as lines: aligned, with the share of each class that was found", () => {
    expect(
      describeConfusion("confusion", {
        classes: ["cat", "dog", "owl"],
        counts: [
          [12, 1, 0],
          [0, 3, 0],
          [0, 0, 0],
        ],
      }),
    ).toEqual([
      "confusion (right class downwards, predicted across):",
      "       cat  dog  owl  found",
      "  cat   12    1    .  92.3 % of 13",
      "  dog    .    3    .  100.0 % of 3",
      "  owl    .    .    .  none",
    ]);
  });

  test("of many classes the most frequent confusions are named", () => {
    const counts = Array.from({ length: 30 }, (_, right) =>
      Array.from({ length: 30 }, (_column, taken) =>
        right === taken ? 100 : right === 3 && taken === 8 ? 7 : right === 1 && taken === 7 ? 9 : 0,
      ),
    );
    const lines = describeConfusion("confusion", {
      classes: counts.map((_, place) => `c${place}`),
      counts,
    });
    expect(lines).toEqual([
      "confusion (30 classes; the most frequent of 2 confusions, all with --format json):",
      "  c1 taken for c7: 9",
      "  c3 taken for c8: 7",
    ]);
  });
});

const data =
  "data D { x: f32[B, px: 2] label: class[B] of 3 split: (train: 50%, validation: 50%) }";
const model = "model Net(x: f32[B, px: 2]) -> f32[B, 3] { return x -> dense(3) as logits }";

test("the evaluation keeps the predicted class of each row: the highest score, of equal ones the lowest, of NaN none", () => {
  const compiled = compileRun(
    runOf(
      `${data}\n${model}\ntrain Net on D { loss: cross_entropy(logits, label) batch: 4 metrics: (accuracy, confusion) }`,
    ),
  );
  expect(compiled.collected).toEqual([
    {
      name: "confusion",
      kind: "table",
      make: "countConfusions",
      display: "number",
      better: "higher",
      labels: "label",
      arguments: {},
      decided: { among: "classes", count: 3 },
      passes: [],
      operands: [
        { name: "actual", field: "label", size: 1 },
        { name: "predicted", result: "confusion/predicted", size: 1 },
      ],
    },
  ]);
  const identity = new Map([
    ["logits.weight", Float64Array.from([1, 0, 0, 0, 1, 0])],
    ["logits.bias", Float64Array.from([0, 0, 0.5])],
  ]);
  const values = new Map([
    ...identity,
    ["x", Float64Array.from([2, 1, 0, 3, 0.5, 0.5, Number.NaN, 0])],
    ["label", Float64Array.from([0, 1, 2, 0])],
  ]);
  const { outputs } = interpret(compiled.graphs.evaluate, { values, scalars: new Map(), rows: 4 });
  expect([...outputs.get("confusion/predicted")!]).toEqual([0, 1, 0, 3]);
  expect(compiled.graphs.train.outputs.has("confusion/predicted")).toBe(false);
});

test("a table is no number to be watched; an area is", () => {
  const text = (settings: string): string =>
    `nnspec 1\ndim B\n${data}\n${model}\ntrain Net on D { loss: cross_entropy(logits, label) metrics: (accuracy, confusion) ${settings} }\n`;
  expect(findings(text("keep: best(validation.accuracy)"))).toEqual([]);
  expect(findings(text("keep: best(validation.confusion)"))).toEqual([
    "NN0721 «validation.confusion»",
  ]);
  const binary = `nnspec 1\ndim B\ndata D { x: f32[B, px: 2] label: class[B] of 2 split: (train: 50%, validation: 50%) }\nmodel Net(x: f32[B, px: 2]) -> f32[B, 1] { return x -> dense(1) as logit }\ntrain Net on D { loss: binary_cross_entropy(logit, label) metrics: (binary_accuracy, auc) stop: early(validation.auc, patience: 2 epochs) }\n`;
  expect(findings(binary)).toEqual([]);
});

test("from the file to the report: the table after training and by eval, as lines and as JSON; each row is counted once", () => {
  const folder = mkdtempSync(join(tmpdir(), "nnspec-metrics-"));
  writeFileSync(
    join(folder, "model.nnspec"),
    `nnspec 1
dim B
data Arms { point: f32[B, xy: 2] arm: class[B] of 2 source: spirals(points: 101, classes: 2, turns: 0.5, noise: 0.1) normalize: standardize split: (train: 60%, validation: 20%, test: 20%) }
model Two(point: f32[B, xy: 2]) -> f32[B, 2] { return point -> dense(8) -> relu -> dense(2) as logits }
model One(point: f32[B, xy: 2]) -> f32[B, 1] { return point -> dense(8) -> relu -> dense(1) as logit }
train Two on Arms { loss: cross_entropy(logits, arm) epochs: 2 batch: 16 metrics: (accuracy, confusion) }
train One on Arms { loss: binary_cross_entropy(logit, arm) epochs: 2 batch: 16 metrics: auc keep: best(validation.auc) }
`,
  );
  const trained = nnspec(["train", "model.nnspec", "--run", "Two", "--run-dir", "two"], {
    cwd: folder,
  });
  expect(trained.stdout, trained.stderr).toContain(
    "confusion (right class downwards, predicted across):",
  );
  const lines = ["cpu", "wasm"].map(
    (backend) =>
      nnspec(["eval", "two", "--format", "json", "--backend", backend], { cwd: folder }).stdout,
  );
  const [cpu, wasm] = lines.map(
    (line) =>
      JSON.parse(line) as {
        test: { accuracy: number };
        tables: { confusion: { counts: number[][] } };
      },
  );
  expect(cpu!.tables).toEqual(wasm!.tables);
  const counts = cpu!.tables.confusion.counts;
  const total = counts.flat().reduce((sum, count) => sum + count, 0);
  expect(total).toBe(Math.round(202 * 0.2));
  expect((counts[0]![0]! + counts[1]![1]!) / total).toBeCloseTo(cpu!.test.accuracy, 9);
  const one = nnspec(
    ["train", "model.nnspec", "--run", "One", "--run-dir", "one", "--format", "json"],
    { cwd: folder },
  ).stdout;
  const events = one
    .trim()
    .split("\n")
    .map(
      (line) => JSON.parse(line) as { event: string; train?: object; validation?: { auc: number } },
    );
  const epoch = events.find(({ event }) => event === "epoch")!;
  expect(Object.keys(epoch.train!)).toEqual(["loss"]);
  expect(epoch.validation!.auc).toBeGreaterThan(0);
});
