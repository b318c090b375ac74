import { afterEach, describe, expect, test } from "vitest";
import { emitWasm } from "../../src/backends/wasm/emit-wasm.ts";
import { schedule } from "../../src/compiler/passes/6-schedule/schedule.ts";
import type { Plan } from "../../src/compiler/plan/plan.ts";
import { WasmDevice } from "../../src/runtime/wasm-device.ts";
import type { WasmProgram } from "../../src/runtime/wasm-plan.ts";
import {
  convolutionalNetwork,
  Layers,
  multilayerPerceptron,
  networkOf,
  type Network,
} from "../support/networks.ts";
import { randomTraining } from "../support/random-training.ts";
import { wasmProgram } from "../support/wasm-program.ts";

const opened: WasmDevice[] = [];
afterEach(async () => {
  for (const device of opened.splice(0)) await device.dispose();
});

async function open(program: WasmProgram, threads: number | "auto"): Promise<WasmDevice> {
  const device = await WasmDevice.create(program, () => undefined, 7, threads);
  opened.push(device);
  return device;
}

function programOf(train: Plan): WasmProgram {
  const plans = { train };
  return wasmProgram(plans, emitWasm(plans, { threads: "always" }));
}

/** The bits of everything that training leaves after some steps, the last of them on a short batch. */
async function trained(
  network: Network,
  plan: Plan,
  program: WasmProgram,
  threads: number | "auto",
  steps = 4,
): Promise<ReadonlyMap<string, Int32Array>> {
  const device = await open(program, threads);
  if (typeof threads === "number" && threads > 1) expect(device.threads).toBe(`${threads} threads`);
  for (const [name, values] of network.values)
    if (!network.inputs.includes(name)) device.write(name, Float32Array.from(values));
  for (let step = 1; step <= steps; step++) {
    const inputs = Object.fromEntries(
      network.inputs.map((name) => [
        name,
        Float32Array.from(network.values.get(name)!, (value) =>
          name === "label" ? value : value / step,
        ),
      ]),
    );
    const rows = step === steps ? Math.ceil(network.capacity / 3) : network.capacity;
    device.run(plan, { inputs, numbers: Object.fromEntries(network.scalars(step)), rows, step });
  }
  const bits = new Map<string, Int32Array>();
  for (const name of plan.updates.keys())
    bits.set(name, new Int32Array((await device.read(name)).buffer));
  for (const [name, buffer] of plan.results)
    if (!buffer.batched) bits.set(name, new Int32Array((await device.result(plan, name)).buffer));
  return bits;
}

async function expectSame(
  network: Network,
  name: string,
  counts: readonly number[] = [2, 3],
): Promise<void> {
  const plan = schedule("train", network.graph, network.capacity);
  const program = programOf(plan);
  const alone = await trained(network, plan, program, 1);
  for (const count of counts) {
    const together = await trained(network, plan, program, count);
    for (const [path, bits] of alone)
      expect(together.get(path)!, `${name}: ${path} with ${count} threads`).toEqual(bits);
  }
}

describe("with 1, 2 and 3 threads every bit of parameters, states and results is the same", () => {
  test("perceptrons with Adam, odd extents", { timeout: 60_000 }, async () => {
    for (const network of [
      multilayerPerceptron(),
      multilayerPerceptron(64, 70, 36, 10),
      multilayerPerceptron(33, 21, 47, 3),
    ])
      await expectSame(network, "perceptron", [2, 3, 5]);
  });

  test(
    "convolutions with strides, borders, groups, dilation; pools, both normalisations",
    { timeout: 60_000 },
    async () => {
      for (const network of [
        convolutionalNetwork(),
        convolutionalNetwork(6, 13, 11),
        convolutionalNetwork(5, 10, 3),
      ])
        await expectSame(network, "convolutions");
    },
  );

  test("weights of a convolution row by row, with panels", { timeout: 60_000 }, async () => {
    await expectSame(largeConvolution(), "row by row");
  });

  test("24 random networks", { timeout: 120_000 }, async () => {
    for (let seed = 301; seed <= 324; seed++)
      await expectSame(randomTraining(seed), `seed ${seed}`, [2 + (seed % 2)]);
  });
});

function largeConvolution(): Network {
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
  const loss = layers.crossEntropy(
    layers.dense("out", layers.at("scaled").multiply(pooled, 0.01), 3),
    layers.root.input("label", { shape: [12], batched: true }),
  );
  return networkOf(layers.momentum(loss), 12, 3);
}
