import { describe, expect, test } from "vitest";
import { costOf, predictionMemory } from "../../src/compiler/cost.ts";
import { compileRun } from "../../src/compiler/compile.ts";
import { memoryOfPlan } from "../../src/compiler/memory.ts";
import { programOf, runOf } from "../support/run-of.ts";

describe("receptive fields and depth", () => {
  test("a window adds (k - 1) dilation steps of what it reads; a stride widens the steps", () => {
    const { models } = programOf(`
model Net(x: f32[B, t: 64, c: 2]) -> f32[B, 3] {
  return x -> conv(4, 3, dilation: 2) as a -> max_pool(2) as b -> conv(4, 3) as d -> avg_pool(over: t) as e -> dense(3) as f
}`);
    const { layers, receptiveField, depth } = costOf(models[0]!);
    expect(
      layers.map(({ name, depth: level, receptiveField: field }) => [name, level, field.t]),
    ).toEqual([
      ["a", 1, 5],
      ["b", 1, 6],
      ["d", 2, 10],
      ["e", 2, "all"],
      ["f", 3, "all"],
    ]);
    expect({ receptiveField, depth }).toEqual({ receptiveField: { t: 10 }, depth: 3 });
  });

  test("the longest branch counts, and a head that only a loss uses does not", () => {
    const { models } = programOf(`
model Net(x: f32[B, c: 8]) -> f32[B, 2] {
  deep = x -> dense(8) -> relu -> dense(8)
  hint = deep -> dense(5)
  return deep + x -> dense(2) as logits
}`);
    const cost = costOf(models[0]!);
    expect(cost.depth).toBe(3);
    expect(cost.parameters - cost.prediction.parameters).toBe(8 * 5 + 5);
    expect(cost.multiplyAdds - cost.prediction.multiplyAdds).toBe(8 * 5);
    expect(cost.receptiveField).toEqual({});
  });
});

describe("memory", () => {
  test("of a chain is that of the two widest neighbours, however long it is", () => {
    const chain = (layers: number) =>
      programOf(`
model Net(x: f32[B, c: 100]) -> f32[B, c: 100] {
  return x ${"-> dense(100) -> softmax ".repeat(layers)} -> dense(100) as out
}`).models[0]!;
    const [short, long] = [predictionMemory(chain(2), 10), predictionMemory(chain(9), 10)];
    expect(long.activations).toBe(short.activations);
    expect(long.weights - short.weights).toBe(7 * 4 * 10_100);
  });

  test("of training keeps the activations for the gradients, and grows with the batch", () => {
    const run = (batch: number) =>
      runOf(`
data Points { x: f32[B, c: 100], y: f32[B, c: 50] }
model Net(x: f32[B, c: 100]) -> f32[B, c: 50] { return x -> dense(100) -> tanh -> dense(50) as out }
train Net on Points { loss: mean_squared_error(out, y), optimizer: sgd(0.1), batch: ${batch} }`);
    const of = (batch: number) => memoryOfPlan(compileRun(run(batch)).plans.train);
    expect(of(64).weights).toBe(of(8).weights);
    expect(of(64).activations - of(8).activations).toBeGreaterThanOrEqual(
      56 * 4 * (100 + 50 + 100),
    );
  });
});
