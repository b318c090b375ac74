import { describe, expect, test } from "vitest";
import { networkOfGraph, networkOfSpec, worstOnBackends } from "../support/spec-network.ts";

const symbols = (layers: string, places: number, data = ""): string => `
data D { text: class[B, t: ${places}] of 7 next: class[B, t: ${places}] of 7 ${data} }
model M(text: class[B, t: ${places}] of 7) -> f32[B, t: ${places}, c: 7] { return text -> embedding(5) -> ${layers} -> dense(7, over: c) as logits }
train M on D { loss: cross_entropy(logits, next) batch: 5 epochs: 1 optimizer: adam(0.01) clip: norm(1) metrics: (accuracy, perplexity) }`;

const signal = (layers: string, axes = "t: 6, c: 3"): string => `
data D { signal: f32[B, ${axes}] kind: class[B] of 3 }
model M(signal: f32[B, ${axes}]) -> f32[B, 3] { return signal -> ${layers} -> dense(3) as logits }
train M on D { loss: cross_entropy(logits, kind) batch: 4 epochs: 1 optimizer: sgd(0.1, momentum: 0.9) }`;

const networks: readonly (readonly [string, string])[] = [
  ["gru, odd sizes", symbols("gru(6)", 7)],
  ["two gru layers with dropout between", symbols("gru(5) -> dropout(0.3) -> gru(9)", 4)],
  ["lstm", symbols("lstm(8)", 5)],
  ["one place", symbols("lstm(3) -> gru(4) -> rnn(3)", 1)],
  ["17 places, 17 units", symbols("rnn(17)", 17)],
  ["the last place of a gru", signal("gru(5) -> last(over: t)")],
  ["the last place of an lstm of one unit", signal("lstm(1) -> last(over: t)")],
  ["relu, without biases", signal("rnn(6, activation: relu, bias: off) -> last(over: t)")],
  ["flattened states", signal("gru(4) -> flatten")],
  ["features before places", signal("gru(4) -> lstm(3) -> last(over: t)", "c: 3, t: 6")],
  [
    "normalised, and added to what came in",
    signal("dense(5, over: c) as wide -> layer_norm -> gru(5) as states -> last(over: t)"),
  ],
];

describe.each(networks)("%s", (_, text) => {
  test.each([1, 3, 4])("%i rows: plan, WebAssembly and gpu.js as the graph", async (rows) => {
    const { compiled, network } = networkOfSpec(text, 3);
    const train = await worstOnBackends(network, compiled.plans.train, rows);
    expect(train.plan).toBeLessThan(1e-9);
    expect(train.wasm).toBeLessThan(2e-4);
    expect(train.cpu).toBeLessThan(2e-4);
    const evaluate = await worstOnBackends(
      networkOfGraph(compiled, compiled.graphs.evaluate, compiled.plans.evaluate, 3),
      compiled.plans.evaluate,
      rows,
    );
    expect(Math.max(evaluate.plan, evaluate.wasm, evaluate.cpu)).toBeLessThan(2e-4);
  });
});
