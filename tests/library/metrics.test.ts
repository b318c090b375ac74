import { describe, expect, test } from "vitest";
import { createBuilder } from "../../src/compiler/ir/make-builder.ts";
import { library } from "../../src/compiler/library/index.ts";
import type { MetricDefinition } from "../../src/compiler/library/definition.ts";
import { interpret } from "../support/every-backend.ts";
import { argumentsOf, type Written } from "../support/library-values.ts";

/** Metrics of sums decide nothing that depends on it. */
const decided = { among: "classes", count: 3 } as const;

interface Batch {
  readonly output: readonly number[];
  readonly target: readonly number[];
}

/** The metric over batches of a capacity of 4, as the host does it: sums over all batches, then the result. */
function metricOf(
  name: string,
  written: Written,
  features: readonly number[],
  targetFeatures: readonly number[],
  batches: readonly Batch[],
): number {
  const metric = library.find("metric", name) as MetricDefinition;
  const values = argumentsOf(metric, written);
  const graph = createBuilder();
  const output = graph.input("output", { shape: [4, ...features], batched: true });
  const target = graph.input("target", { shape: [4, ...targetFeatures], batched: true });
  const outputs = new Map(
    Object.entries(metric.perExample(graph, [output, target], values, decided)),
  );
  for (const node of outputs.values()) expect(node.type).toEqual({ shape: [4], batched: true });
  const sums = new Map<string, number>();
  let count = 0;
  for (const batch of batches) {
    const rows = batch.target.length / targetFeatures.reduce((product, size) => product * size, 1);
    const bound = new Map([
      ["output", Float64Array.from(batch.output)],
      ["target", Float64Array.from(batch.target)],
    ]);
    const found = interpret(
      { outputs, updates: new Map() },
      { values: bound, scalars: new Map(), rows },
    ).outputs;
    for (const [sum, numbers] of found)
      sums.set(sum, (sums.get(sum) ?? 0) + numbers.reduce((total, each) => total + each, 0));
    count += rows;
  }
  const result = metric.result!(
    graph,
    Object.fromEntries([...sums.keys()].map((sum) => [sum, graph.scalar(sum)])),
    graph.scalar("count"),
    values,
  );
  return interpret(
    { outputs: new Map([["result", result]]), updates: new Map() },
    { values: new Map(), scalars: new Map([...sums, ["count", count]]), rows: 1 },
  ).outputs.get("result")![0]!;
}

const scored: readonly Batch[] = [
  { output: [1, 2, 3, 3, 2, 1, 0, 5, 1], target: [2, 0, 0] }, // right, right, wrong (third)
  { output: [2, 2, 2], target: [1] }, // a tie goes to class 0: wrong, but second
];

describe("ranking", () => {
  test("accuracy, over batches of different lengths", () =>
    expect(metricOf("accuracy", {}, [3], [], scored)).toBe(0.5));
  test("error is 1 − accuracy", () => expect(metricOf("error", {}, [3], [], scored)).toBe(0.5));
  test("top(2)", () => expect(metricOf("top", { k: 2 }, [3], [], scored)).toBe(0.75));
  test("top(3) of 3 classes is everything", () =>
    expect(metricOf("top", { k: 3 }, [3], [], scored)).toBe(1));
  test("a tie goes to the lower class", () =>
    expect(metricOf("accuracy", {}, [3], [], [{ output: [2, 2, 2], target: [0] }])).toBe(1));
  test("NaN is never right", () => {
    expect(metricOf("accuracy", {}, [3], [], [{ output: [NaN, NaN, NaN], target: [0] }])).toBe(0);
    expect(metricOf("accuracy", {}, [3], [], [{ output: [1, NaN, 0], target: [0] }])).toBe(0);
  });
  test("a place of a sequence counts as a part of its example", () => {
    expect(
      metricOf(
        "accuracy",
        {},
        [2, 2],
        [2],
        [{ output: [1, 0, 1, 0, 0, 1, 0, 1], target: [0, 1, 1, 1] }],
      ),
    ).toBe(0.75);
  });
  test("extreme logits", () =>
    expect(metricOf("accuracy", {}, [2], [], [{ output: [1e4, -1e4], target: [0] }])).toBe(1));
});

test("binary_accuracy looks at the sign of the logit", () => {
  expect(
    metricOf("binary_accuracy", {}, [1], [], [{ output: [-2, 3, 0.1, -1], target: [0, 1, 0, 1] }]),
  ).toBe(0.5);
});

describe("errors", () => {
  const batches: readonly Batch[] = [
    { output: [1, 2, 4], target: [2, 2, 1] },
    { output: [0], target: [-3] },
  ];
  const residuals = [1, 0, 3, 3];
  const squares = residuals.reduce((sum, each) => sum + each * each, 0);
  test("mse", () => expect(metricOf("mse", {}, [1], [1], batches)).toBeCloseTo(squares / 4, 12));
  test("rmse", () =>
    expect(metricOf("rmse", {}, [1], [1], batches)).toBeCloseTo(Math.sqrt(squares / 4), 12));
  test("mae", () => expect(metricOf("mae", {}, [1], [1], batches)).toBeCloseTo(7 / 4, 12));
  test("r2", () => {
    const variation = [2, 2, 1, -3].reduce((sum, each) => sum + (each - 0.5) ** 2, 0);
    expect(metricOf("r2", {}, [1], [1], batches)).toBeCloseTo(1 - squares / variation, 12);
  });
  test("r2 of constant targets is 0, not a division by 0", () =>
    expect(metricOf("r2", {}, [1], [1], [{ output: [1, 2], target: [3, 3] }])).toBe(0));
  test("r2 of perfect predictions is 1", () =>
    expect(metricOf("r2", {}, [1], [1], [{ output: [1, 2], target: [1, 2] }])).toBe(1));
});

test("the perplexity of an undecided model is the number of classes", () => {
  expect(
    metricOf("perplexity", {}, [3], [], [{ output: [7, 7, 7, 1, 1, 1], target: [0, 2] }]),
  ).toBeCloseTo(3, 12);
});
