import { describe, expect, test } from "vitest";
import { compileInspection } from "../../src/compiler/inspect.ts";
import { interpret } from "../../src/compiler/ir/interpret.ts";
import { programOf, runOf } from "../support/run-of.ts";
import { networkOfGraph, worstOnBackends } from "../support/spec-network.ts";

const data = `data Points { x: f32[B, px: 6] label: class[B] of 3 }
data Pictures { x: f32[B, h: 6, w: 6, c: 2] label: class[B] of 3 }`;
const settings = "{ loss: cross_entropy(logits, label) batch: 8 optimizer: sgd(0.1) }";
const networks = {
  tanh: `${data}\nmodel Net(x: f32[B, px: 6]) -> f32[B, 3] { return x -> dense(5) as h1 -> tanh -> dense(4) as h2 -> tanh -> dense(3) as logits for weights { regularize: l2(1e-2) } }\ntrain Net on Points ${settings}`,
  noisy: `${data}\nmodel Net(x: f32[B, px: 6]) -> f32[B, 3] { return x -> dense(8) as h1 -> batch_norm -> relu -> dropout(0.3) -> dense(3) as logits }\ntrain Net on Points ${settings}`,
  residual: `${data}\nmodel Net(x: f32[B, h: 6, w: 6, c: 2]) -> f32[B, 3] {\n  a = x -> conv(4, 3) as first -> relu\n  sum = a + (a -> conv(4, 3) as second -> sigmoid)\n  return sum -> max_pool(2) -> flatten -> dense(3) as logits\n}\ntrain Net on Pictures ${settings}`,
};

describe("the inspected values are those of the float64 interpreter on every backend", () => {
  test.each(Object.entries(networks))("%s, whole batches and short ones", async (_name, text) => {
    const { inspected } = compileInspection(runOf(text));
    const network = networkOfGraph(inspected, inspected.graphs.train, inspected.plans.train, 5);
    for (const rows of [8, 3]) {
      const worst = await worstOnBackends(network, inspected.plans.train, rows);
      expect(worst.plan).toBeLessThan(1e-9);
      expect(worst.wasm).toBeLessThan(1e-4);
      expect(worst.cpu).toBeLessThan(1e-4);
    }
  });
});

test("what is looked at: layers, activations and named sums in order, with their shapes; what only arranges is left out", () => {
  const { values, weights } = compileInspection(runOf(networks.residual));
  expect(values.map(({ name, kind, shape }) => `${name} ${kind} ${shape.join("x")}`)).toEqual([
    "first conv 6x6x4",
    "relu_1 relu 6x6x4",
    "second conv 6x6x4",
    "sigmoid_1 sigmoid 6x6x4",
    "sum value 6x6x4",
    "max_pool_1 max_pool 3x3x4",
    "logits dense 3",
  ]);
  expect(weights.map(({ name }) => name)).toEqual([
    "first.weight",
    "first.bias",
    "second.weight",
    "second.bias",
    "logits.weight",
    "logits.bias",
  ]);
});

test("gradients of values are those that make the gradients of weights: bias = sum over rows, weight = x^T g + lambda w", () => {
  const { inspected } = compileInspection(runOf(networks.tanh));
  const network = networkOfGraph(inspected, inspected.graphs.train, inspected.plans.train, 9);
  const { outputs } = interpret(inspected.graphs.train, {
    values: network.values,
    scalars: network.scalars(1),
    rows: 8,
  });
  const [gradient, before] = [outputs.get("gradient/h2")!, outputs.get("value/tanh_1")!];
  const [bias, weight] = [outputs.get("weight/h2.bias")!, outputs.get("weight/h2.weight")!];
  const drawn = network.values.get("h2.weight")!;
  for (let unit = 0; unit < 4; unit++) {
    let sum = 0;
    for (let row = 0; row < 8; row++) sum += gradient[row * 4 + unit]!;
    expect(bias[unit]!).toBeCloseTo(sum, 12);
    for (let input = 0; input < 5; input++) {
      let product = 0.01 * drawn[input * 4 + unit]!;
      for (let row = 0; row < 8; row++)
        product += before[row * 5 + input]! * gradient[row * 4 + unit]!;
      expect(weight[input * 4 + unit]!).toBeCloseTo(product, 12);
    }
  }
});

test("a layer that is used twice has both uses, and a head that no loss reaches is not looked at", () => {
  const program = programOf(`${data}
model Net(x: f32[B, px: 6]) -> f32[B, 3] {
  shared twice = dense(6)
  return x -> dense(6) as first -> twice -> relu -> twice -> dense(3) as logits
}
train Net on Points ${settings}`);
  const { values } = compileInspection(program.runs[0]!);
  expect(values.map(({ name }) => name)).toEqual([
    "first",
    "twice",
    "relu_1",
    "twice #2",
    "logits",
  ]);
});
