import { describe, expect, test } from "vitest";
import { emitWasm } from "../../src/backends/wasm/emit-wasm.ts";
import { schedule } from "../../src/compiler/passes/6-schedule/schedule.ts";
import {
  convolutionalNetwork,
  Layers,
  multilayerPerceptron,
  networkOf,
  type Network,
} from "../support/networks.ts";
import { randomTraining } from "../support/random-training.ts";
import { runWasm, wasmAgainstPlan } from "../support/wasm-against-plan.ts";

async function worstOf(network: Network, rows: number): Promise<number> {
  return wasmAgainstPlan(schedule("train", network.graph, network.capacity), {
    values: network.values,
    scalars: network.scalars(3),
    rows,
  });
}

describe("training steps agree with the float64 interpreter", () => {
  for (const first of [1, 51, 101, 151]) {
    test(
      `random networks ${first} to ${first + 49}: any shape, batches of 1 to 70, short batches`,
      { timeout: 60_000 },
      async () => {
        for (let seed = first; seed < first + 50; seed++) {
          const network = randomTraining(seed);
          const rows = seed % 2 === 0 ? network.capacity : 1 + (seed % network.capacity);
          expect(await worstOf(network, rows), `seed ${seed}`).toBeLessThan(1e-4);
        }
      },
    );
  }

  test("perceptron with Adam: whole and short batches", async () => {
    for (const rows of [8, 5, 1])
      expect(await worstOf(multilayerPerceptron(), rows)).toBeLessThan(1e-5);
    for (const rows of [64, 33])
      expect(await worstOf(multilayerPerceptron(64, 70, 36, 10), rows)).toBeLessThan(1e-4);
  });

  test("every kind of window, both normalisations", async () => {
    for (const rows of [4, 3])
      expect(await worstOf(convolutionalNetwork(), rows)).toBeLessThan(1e-5);
    expect(await worstOf(convolutionalNetwork(6, 13, 11), 5)).toBeLessThan(1e-4);
  });
});

test(
  "the weights of a convolution over a batch that leaves the cache, with a penalty: row by row",
  { timeout: 60_000 },
  async () => {
    const layers = new Layers();
    const image = layers.root.input("x", { shape: [12, 12, 12, 8], batched: true });
    const window = {
      size: [3, 3],
      stride: [1, 1],
      dilation: [1, 1],
      low: [1, 1],
      high: [1, 1],
    } as const;
    const pooled = layers.root.sum(
      layers.at("c1").maximum(layers.conv("c1", image, 32, window), 0),
      [1, 2],
    );
    const logits = layers.dense("out", layers.at("scaled").multiply(pooled, 0.01), 3);
    const weight = layers.parameters.find(
      (node) => node.op === "parameter" && node.attributes.name === "c1.weight",
    )!;
    const penalty = layers.root.multiply(
      layers.root.sum(layers.root.multiply(weight, weight)),
      0.1,
    );
    const loss = layers.root.add(
      layers.crossEntropy(logits, layers.root.input("label", { shape: [12], batched: true })),
      penalty,
    );
    const network = networkOf(layers.momentum(loss), 12, 3);
    const plan = schedule("train", network.graph, 12);
    expect(emitWasm({ train: plan }).wat).toContain("row by row");
    expect(
      await wasmAgainstPlan(plan, {
        values: network.values,
        scalars: network.scalars(1),
        rows: 11,
      }),
    ).toBeLessThan(1e-4);
  },
);

test("a NaN in one row reaches the loss and every weight, as in the interpreter", async () => {
  const network = multilayerPerceptron();
  const values = new Map(network.values);
  values.set("x", values.get("x")!.with(3, Number.NaN));
  const { results, updates } = await runWasm(schedule("train", network.graph, 8), {
    values,
    scalars: network.scalars(1),
    rows: 8,
  });
  expect(results.get("loss")![0]).toBeNaN();
  expect(updates.get("out.weight")!.every(Number.isNaN)).toBe(true);
});

test("infinity: exp and log of the ends, a maximum of infinite values", async () => {
  const layers = new Layers();
  const g = layers.root;
  const x = g.input("x", { shape: [6], batched: true });
  const graph = {
    outputs: new Map([
      ["exp", g.exp(x)],
      ["log", g.log(x)],
      ["max", g.max(x, [0])],
      ["sum", g.sum(g.exp(x), [0])],
    ]),
    updates: new Map(),
  };
  const values = new Map([["x", Float64Array.of(-Infinity, 1000, 0, -1, 2, -1000)]]);
  const { results } = await runWasm(schedule("predict", graph, 6), {
    values,
    scalars: new Map(),
    rows: 6,
  });
  expect([...results.get("exp")!].map((value) => Number(value.toPrecision(6)))).toEqual([
    0,
    Infinity,
    1,
    0.367879,
    7.38906,
    0,
  ]);
  expect([...results.get("log")!].map((value) => Number(value.toPrecision(6)))).toEqual([
    Number.NaN,
    6.90776,
    -Infinity,
    Number.NaN,
    Number(Math.LN2.toPrecision(6)),
    Number.NaN,
  ]);
  expect([results.get("max")![0], results.get("sum")![0]]).toEqual([1000, Infinity]);
});
