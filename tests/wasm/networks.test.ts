import { describe, expect, test } from "vitest";
import { emitWasm } from "../../src/compiler/passes/7-emit/wasm/emit-wasm.ts";
import { schedule } from "../../src/compiler/passes/6-schedule/schedule.ts";
import type { Node } from "../../src/compiler/ir/graph.ts";
import { convolutionalNetwork, Layers, multilayerPerceptron, networkOf, numbersFrom, type Network } from "../support/networks.ts";
import { runWasm, wasmAgainstPlan } from "../support/wasm-against-plan.ts";

/** Layers (trained with momentum: Adam makes ±rate of a gradient that is 0 but for rounding) of random kinds and sizes, few of which divide by 4 or 8, and a batch of 1 to 70. */
function randomTraining(seed: number): Network {
  const next = numbersFrom(seed);
  const choose = (count: number): number => Math.floor(next() * count);
  const layers = new Layers();
  const capacity = 1 + choose(70);
  const classes = 2 + choose(9);
  const features = seed % 3 === 0 ? randomImage(layers, capacity > 12 ? 1 + choose(12) : capacity, choose) : layers.root.input("x", { shape: [capacity, 1 + choose(40)], batched: true });
  const rows = features.type.shape[0]!;
  let x = features;
  for (let layer = 0, depth = 1 + choose(3); layer < depth; layer++) {
    x = activate(layers, `h${layer}`, layers.dense(`h${layer}`, x, 1 + choose(35)), choose);
    if (choose(4) === 0 && x.type.shape[1]! > 1) x = choose(2) === 0 ? layers.layerNorm(`n${layer}`, x) : layers.batchNorm(`n${layer}`, x);
  }
  const loss = layers.crossEntropy(layers.dense("out", x, classes), layers.root.input("label", { shape: [rows], batched: true }));
  return networkOf(layers.momentum(loss), rows, classes, seed);
}

function activate(layers: Layers, path: string, x: Node, choose: (count: number) => number): Node {
  const g = layers.at(path);
  return [g.tanh(x), g.maximum(x, 0), g.sigmoid(x), g.erf(x), x][choose(5)]!;
}

/** One or two convolutions with a stride, a border, a dilation or groups, and a pool. */
function randomImage(layers: Layers, rows: number, choose: (count: number) => number): Node {
  const size = 5 + choose(6);
  const channels = 1 + choose(4);
  const pair = (value: number): readonly [number, number] => [value, value];
  let x = layers.root.reshape(layers.root.input("x", { shape: [rows, size * size * channels], batched: true }), [rows, size, size, channels]);
  for (let layer = 0, depth = 1 + choose(2); layer < depth; layer++) {
    const extent = 1 + choose(3);
    const border = choose(2) * Math.floor(extent / 2);
    const window = { size: pair(extent), stride: pair(1 + choose(2)), dilation: pair(1), low: pair(border), high: pair(border) };
    const groups = x.type.shape[3]! % 2 === 0 && choose(3) === 0 ? 2 : 1;
    x = activate(layers, `c${layer}`, layers.conv(`c${layer}`, x, groups * (1 + choose(9)), window, groups), choose);
  }
  if (x.type.shape[1]! >= 2) {
    const pool = { size: pair(2), stride: pair(1 + choose(2)), dilation: pair(1), low: pair(0), high: pair(0) };
    x = choose(3) === 0 ? layers.at("pool").windowSum(x, pool) : layers.at("pool").windowMax(x, pool);
  }
  return layers.root.reshape(x, [rows, x.type.shape.slice(1).reduce((product, extent) => product * extent, 1)]);
}

async function worstOf(network: Network, rows: number): Promise<number> {
  return wasmAgainstPlan(schedule("train", network.graph, network.capacity), { values: network.values, scalars: network.scalars(3), rows });
}

describe("training steps agree with the float64 interpreter", () => {
  for (const first of [1, 51, 101, 151]) {
    test(`random networks ${first} to ${first + 49}: any shape, batches of 1 to 70, short batches`, { timeout: 60_000 }, async () => {
      for (let seed = first; seed < first + 50; seed++) {
        const network = randomTraining(seed);
        const rows = seed % 2 === 0 ? network.capacity : 1 + (seed % network.capacity);
        expect(await worstOf(network, rows), `seed ${seed}`).toBeLessThan(1e-4);
      }
    });
  }

  test("perceptron with Adam: whole and short batches", async () => {
    for (const rows of [8, 5, 1]) expect(await worstOf(multilayerPerceptron(), rows)).toBeLessThan(1e-5);
    for (const rows of [64, 33]) expect(await worstOf(multilayerPerceptron(64, 70, 36, 10), rows)).toBeLessThan(1e-4);
  });

  test("every kind of window, both normalisations", async () => {
    for (const rows of [4, 3]) expect(await worstOf(convolutionalNetwork(), rows)).toBeLessThan(1e-5);
    expect(await worstOf(convolutionalNetwork(6, 13, 11), 5)).toBeLessThan(1e-4);
  });
});

test("the weights of a convolution over a batch that leaves the cache, with a penalty: row by row", { timeout: 60_000 }, async () => {
  const layers = new Layers();
  const image = layers.root.input("x", { shape: [12, 12, 12, 8], batched: true });
  const window = { size: [3, 3], stride: [1, 1], dilation: [1, 1], low: [1, 1], high: [1, 1] } as const;
  const pooled = layers.root.sum(layers.at("c1").maximum(layers.conv("c1", image, 32, window), 0), [1, 2]);
  const logits = layers.dense("out", layers.at("scaled").multiply(pooled, 0.01), 3);
  const weight = layers.parameters.find((node) => node.op === "parameter" && node.attributes.name === "c1.weight")!;
  const penalty = layers.root.multiply(layers.root.sum(layers.root.multiply(weight, weight)), 0.1);
  const loss = layers.root.add(layers.crossEntropy(logits, layers.root.input("label", { shape: [12], batched: true })), penalty);
  const network = networkOf(layers.momentum(loss), 12, 3);
  const plan = schedule("train", network.graph, 12);
  expect(emitWasm({ train: plan }).wat).toContain("row by row");
  expect(await wasmAgainstPlan(plan, { values: network.values, scalars: network.scalars(1), rows: 11 })).toBeLessThan(1e-4);
});

test("a NaN in one row reaches the loss and every weight, as in the interpreter", async () => {
  const network = multilayerPerceptron();
  const values = new Map(network.values);
  values.set("x", values.get("x")!.with(3, Number.NaN));
  const { results, updates } = await runWasm(schedule("train", network.graph, 8), { values, scalars: network.scalars(1), rows: 8 });
  expect(results.get("loss")![0]).toBeNaN();
  expect(updates.get("out.weight")!.every(Number.isNaN)).toBe(true);
});

test("infinity: exp and log of the ends, a maximum of infinite values", async () => {
  const layers = new Layers();
  const g = layers.root;
  const x = g.input("x", { shape: [6], batched: true });
  const graph = { outputs: new Map([["exp", g.exp(x)], ["log", g.log(x)], ["max", g.max(x, [0])], ["sum", g.sum(g.exp(x), [0])]]), updates: new Map() };
  const values = new Map([["x", Float64Array.of(-Infinity, 1000, 0, -1, 2, -1000)]]);
  const { results } = await runWasm(schedule("predict", graph, 6), { values, scalars: new Map(), rows: 6 });
  expect([...results.get("exp")!].map((value) => Number(value.toPrecision(6)))).toEqual([0, Infinity, 1, 0.367879, 7.38906, 0]);
  expect([...results.get("log")!].map((value) => Number(value.toPrecision(6)))).toEqual([Number.NaN, 6.90776, -Infinity, Number.NaN, Number(Math.LN2.toPrecision(6)), Number.NaN]);
  expect([results.get("max")![0], results.get("sum")![0]]).toEqual([1000, Infinity]);
});
