import { describe, expect, test } from "vitest";
import { createBuilder } from "../../src/compiler/ir/make-builder.ts";
import { schedule } from "../../src/compiler/passes/6-schedule/schedule.ts";
import { FunctionBuilder } from "../../src/backends/wasm/encode/builder.ts";
import type { WasmFunction } from "../../src/backends/wasm/encode/encoder.ts";
import { emitWasm } from "../../src/backends/wasm/emit-wasm.ts";
import { ModuleFunctions } from "../../src/backends/wasm/encode/module-functions.ts";
import { preparePlan } from "../../src/backends/wasm/layout/prepare-plan.ts";
import { verifyCalls } from "../../src/backends/wasm/encode/verify-calls.ts";
import { verifyPrepared } from "../../src/backends/wasm/layout/verify-prepared.ts";
import { verifyProgram } from "../../src/backends/gpujs/verify-program.ts";
import { gpuJsProgram } from "../../src/backends/gpujs/lower-plan.ts";
import type { GpuJsProgram } from "../../src/backends/gpujs/program.ts";
import { convolutionalNetwork, networkOf } from "../support/networks.ts";
import { networkOfSpec, worstOnBackends } from "../support/spec-network.ts";

const digits = (stages: string): string => `
data Digits { image: f32[B, px: 64], label: class[B] of 10 }
model M(image: f32[B, px: 64]) -> f32[B, 10] {
  return image ${stages} -> dense(10) as logits
}
train M on Digits { loss: cross_entropy(logits, label), batch: 6, optimizer: sgd(0.5) }`;

// Single precision, a batch of six, weights of a half: what is wrong here is wrong by its own size.
const tolerance = 2e-4;

describe("gradients through a window into a norm or a softmax", () => {
  const networks = {
    "convolution, norm, activation, pooling":
      "-> reshape(h: 8, w: 8, c: 1) -> conv(4, 3) as a -> relu -> conv(4, 3, bias: off) as b -> batch_norm as n -> relu -> max_pool(2) -> flatten",
    "norm, maximum, mean":
      "-> reshape(h: 8, w: 8, c: 1) -> avg_pool(2) -> conv(8, 3, bias: off) as a -> batch_norm as n -> max_pool(2) -> avg_pool(over: (h, w))",
    "layer norm under a mean":
      "-> dense(64) as a -> reshape(t: 8, c: 8) -> layer_norm as n -> avg_pool(2) -> flatten",
    "softmax under a mean":
      "-> dense(64) as a -> reshape(t: 8, c: 8) -> softmax(over: c) -> avg_pool(2) -> flatten",
    "two norms under two pools":
      "-> reshape(h: 8, w: 8, c: 1) -> conv(4, 3, bias: off) as a -> batch_norm as n -> relu -> max_pool(2) -> conv(4, 2, bias: off) as b -> batch_norm as m -> relu -> avg_pool(2) -> flatten",
  };
  for (const [name, stages] of Object.entries(networks)) {
    test(name, async () => {
      const { compiled, network } = networkOfSpec(digits(stages), 7);
      for (const rows of [6, 4]) {
        const worst = await worstOnBackends(network, compiled.plans.train, rows);
        expect(worst.plan).toBeLessThan(1e-9);
        expect(worst.wasm).toBeLessThan(tolerance);
        expect(worst.cpu).toBeLessThan(tolerance);
      }
    });
  }
});

describe("names that people choose", () => {
  const stages = [
    "-> reshape(h: 8, w: 8, c: 1) -> conv(4, 3, bias: off) as n_gradient_2 -> batch_norm as n -> relu -> max_pool(2) as n_gradient_0 -> flatten",
    "-> dense(64) as a_as_2x64 -> reshape(t: 8, c: 8) -> layer_norm as a -> avg_pool(2) as a_gradient -> flatten as a_gradient_2",
    "-> dense(12) as loss -> relu as objective -> dense(12) as call -> batch_norm as rows -> relu as numbers -> dense(8) as step -> tanh as train",
    "-> reshape(h: 8, w: 8, c: 1) -> max_pool(2, padding: same) as image_bordered -> conv(3, 3, padding: same) as barrier -> flatten as serve -> dense(9) as loss_reduced -> relu as loss_partial",
  ];
  for (const [number, one] of stages.entries()) {
    test(`${number + 1}`, async () => {
      const { compiled, network } = networkOfSpec(digits(one), 3);
      const worst = await worstOnBackends(network, compiled.plans.train, 5);
      expect(Math.max(worst.plan, worst.wasm, worst.cpu)).toBeLessThan(tolerance);
    });
  }
});

test("one new value of two variables reaches both, on every backend", async () => {
  const g = createBuilder({ path: "twice", role: "update" });
  const x = g.input("x", { shape: [4, 5], batched: true });
  const first = g.state(
    "first",
    { shape: [5], batched: false },
    { role: "slot", initial: 0, of: "first" },
  );
  const second = g.state(
    "second",
    { shape: [5], batched: false },
    { role: "slot", initial: 0, of: "second" },
  );
  const loss = g.sum(g.multiply(g.add(first, second), 2));
  const mean = g.multiply(g.sum(x, [0]), 0.25);
  const updates = new Map([
    ["first", mean],
    ["second", mean],
  ]);
  const network = networkOf({ outputs: new Map([["loss", loss]]), updates }, 4, 2);
  const plan = schedule("train", network.graph, 4);
  const worst = await worstOnBackends(network, plan, 4);
  expect(Math.max(worst.plan, worst.wasm, worst.cpu)).toBeLessThan(1e-5);
});

test("two functions of one name are two functions, and the text form tells them apart", () => {
  const functions = new ModuleFunctions();
  const one = (name: string): WasmFunction => new FunctionBuilder(name).finish(name);
  const added = [one("train/a b"), one("train/a b"), one("train/a_b")].map((each) =>
    functions.add(each),
  );
  expect(added.map(({ index }) => index)).toEqual([0, 1, 2]);
  expect(new Set(added.map(({ name }) => name)).size).toBe(3);
  const { network } = networkOfSpec(digits("-> dense(400) as h"), 1);
  const { wat } = emitWasm({ train: schedule("train", network.graph, network.capacity) });
  const names = [...wat.matchAll(/^ {2}\(func (\$\S+)/gm)].map(([, name]) => name!);
  expect(names.length).toBeGreaterThan(3);
  expect(new Set(names).size).toBe(names.length);
});

describe("what is emitted is verified: a planted fault is found", () => {
  const caller = (...calls: readonly number[]): WasmFunction => {
    const f = new FunctionBuilder("train");
    for (const index of calls) f.call({ index, name: "" });
    return f.finish("train", true);
  };
  const kernel = (name: string): WasmFunction =>
    new FunctionBuilder(name, ["i32", "i32"]).finish(name);
  const calls = ["a", "b"].map((name, index) => ({ reference: { name, index }, bases: [] }));
  const plans = [{ name: "train", calls }];
  const verify = (...calls: readonly number[]): void =>
    verifyCalls([kernel("a"), kernel("b"), caller(...calls)], plans);

  test("calls", () => {
    verify(0, 1);
    expect(() => verify(0, 0)).toThrow("train does not call b once and in order");
    expect(() => verify(1, 0)).toThrow("train does not call a once and in order");
    expect(() => verify(0)).toThrow("train does not call b once and in order");
    expect(() => verify(0, 1, 1)).toThrow("train does not call its kernels once and in order");
    expect(() => verifyCalls([kernel("a"), kernel("a"), caller(0, 1)], plans)).toThrow("one name");
    const f = new FunctionBuilder("train");
    f.integer(64);
    f.call({ index: 0, name: "" });
    const shared = new FunctionBuilder("a", ["i32", "i32", "i32"]).finish("a");
    const withBase = (base: number) => () =>
      verifyCalls(
        [shared, f.finish("train")],
        [{ name: "train", calls: [{ reference: { index: 0, name: "a" }, bases: [base] }] }],
      );
    withBase(64)();
    expect(withBase(128)).toThrow("train does not call a once and in order");
  });

  test("prepared plans", () => {
    const { graph, capacity } = convolutionalNetwork();
    const prepared = preparePlan(schedule("train", graph, capacity));
    const { steps } = prepared;
    const faulty = (changed: typeof steps) => () => verifyPrepared({ ...prepared, steps: changed });
    expect(faulty(steps.slice(1))).toThrow(/is not stored any more|elements of/);
    expect(faulty([...steps, steps[0]!])).toThrow(/elements of .* are stored, not/);
    expect(faulty(steps.toReversed())).toThrow(/before all of it is stored/);
  });

  test("gpu.js programs", () => {
    const { graph, capacity } = convolutionalNetwork();
    const program = gpuJsProgram(schedule("train", graph, capacity));
    const faulty = (change: Partial<GpuJsProgram>) => () =>
      verifyProgram({ ...program, ...change });
    const [first, ...rest] = program.steps;
    expect(faulty({ steps: [first!, first!, ...rest] })).toThrow(/is made twice/);
    expect(faulty({ steps: rest })).toThrow(/before it is made|is never made/);
    expect(faulty({ variables: new Map([...program.variables, ["x", 1]]) })).toThrow(
      "an input has the name of a variable",
    );
    expect(faulty({ updates: new Map([["x", "nowhere"]]) })).toThrow("nowhere is never made");
  });
});
