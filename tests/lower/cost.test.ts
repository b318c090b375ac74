import { describe, expect, test } from "vitest";
import { compileRun, OpenSize } from "../../src/compiler/compile.ts";
import { costOf } from "../../src/compiler/cost.ts";
import { memoryOfPlan } from "../../src/compiler/memory.ts";
import { programOf, runOf } from "../support/run-of.ts";

describe("costs", () => {
  test("of LeCun's LeNet-5 (1998) with full connections: 61,706 parameters", () => {
    const { models } = programOf(`
model LeNet(image: f32[B, h: 32, w: 32, c: 1]) -> f32[B, 10] {
  return image -> conv(6, 5, padding: valid) as c1 -> tanh -> avg_pool(2)
    -> conv(16, 5, padding: valid) as c3 -> tanh -> avg_pool(2)
    -> conv(120, 5, padding: valid) as c5 -> tanh -> flatten
    -> dense(84) as f6 -> tanh -> dense(10) as logits
}`);
    const cost = costOf(models[0]!);
    expect(cost.parameters).toBe(61_706);
    const rows = new Map(cost.layers.map((layer) => [layer.name, layer]));
    expect(rows.get("c1")).toMatchObject({
      shape: "[B, h: 28, w: 28, c: 6]",
      parameters: 156,
      multiplyAdds: 28 * 28 * 6 * 25,
    });
    expect(rows.get("c3")).toMatchObject({
      name: "c3",
      shape: "[B, h: 10, w: 10, c: 16]",
      parameters: 2416,
      multiplyAdds: 10 * 10 * 16 * 150,
    });
    expect(rows.get("f6")).toMatchObject({ parameters: 10_164, multiplyAdds: 120 * 84 });
    expect(cost.multiplyAdds).toBe(117_600 + 240_000 + 48_000 + 10_080 + 840);
  });

  test("groups divide the products; shared and tied weights count once", () => {
    const { models } = programOf(`
model Net(x: f32[B, h: 4, w: 4, c: 8]) -> f32[B, h: 4, w: 4, c: 8] {
  shared twice = conv(8, 1, bias: off)
  return x -> conv(8, 3, groups: 4, bias: off) as grouped -> twice -> twice
}`);
    const cost = costOf(models[0]!);
    expect(cost.parameters).toBe(9 * 2 * 8 + 64);
    expect(cost.multiplyAdds).toBe(16 * 8 * 18 + 2 * 16 * 64);
  });

  test("an open size is asked for", () => {
    const { models } = programOf(
      "dim T in 1 .. 8\nmodel Net(x: f32[B, t: T, c: 2]) -> f32[B, t: T, c: 3] { return x -> dense(3, over: c) as out }",
    );
    expect(() => costOf(models[0]!)).toThrow(OpenSize);
    expect(costOf(models[0]!, new Map([["T", 5]])).multiplyAdds).toBe(5 * 6);
  });

  test("training memory holds weights, optimiser states and the batch", () => {
    const run = runOf(`
data Points { x: f32[B, c: 100], y: f32[B, c: 50] }
model Net(x: f32[B, c: 100]) -> f32[B, c: 50] { return x -> dense(50) as out }
train Net on Points { loss: mean_squared_error(out, y), batch: 4 }`);
    const { weights, states, activations, total } = memoryOfPlan(compileRun(run).plans.train);
    expect(weights).toBe(4 * 5050);
    expect(states).toBeGreaterThanOrEqual(2 * 4 * 5050); // adam's two moments
    expect(activations).toBeGreaterThanOrEqual(4 * 4 * 150); // the batch of inputs and targets
    expect(total).toBe(weights + states + activations);
  });
});
