import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { emitWasm } from "../../src/backends/wasm/emit-wasm.ts";
import { schedule } from "../../src/compiler/passes/6-schedule/schedule.ts";
import { createDevice } from "../../src/runtime/device.ts";
import { UserError } from "../../src/runtime/errors.ts";
import { WasmDevice } from "../../src/runtime/wasm-device.ts";
import { devicePlan } from "../support/device-plans.ts";
import { multilayerPerceptron } from "../support/networks.ts";
import { wasmProgram } from "../support/wasm-program.ts";

const network = multilayerPerceptron(16, 5, 7, 3);
const train = schedule("train", network.graph, 16);
const program = wasmProgram({ train });
const inputs = Object.fromEntries(
  network.inputs.map((name) => [name, Float32Array.from(network.values.get(name)!)]),
);
const call = { inputs, numbers: Object.fromEntries(network.scalars(1)), rows: 16, step: 1 };
const fillUniform = (): void => undefined;

test("auto takes the module where nothing faster was measured; asked for by name it says so", async () => {
  const chosen = await createDevice({ backend: "auto", fillUniform, wasm: program });
  expect(chosen.backend).toBe("wasm");
  const asked = await createDevice({ backend: "wasm", fillUniform, wasm: program });
  expect([asked.backend, asked.reason]).toEqual(["wasm", "asked for"]);
});

test("a program without a module cannot run on wasm, and auto falls back to gpu.js on the CPU", async () => {
  await expect(createDevice({ backend: "wasm", fillUniform })).rejects.toThrow(UserError);
  const broken = { ...program, bytes: async () => (await program.bytes()).slice(0, 20) };
  await expect(createDevice({ backend: "wasm", fillUniform, wasm: broken })).rejects.toThrow(
    "There is no wasm backend here.",
  );
  expect((await createDevice({ backend: "auto", fillUniform, wasm: broken })).backend).toBe("cpu");
});

test("the module and gpu.js on the CPU make the same weights of the same step", async () => {
  const devices = [
    await createDevice({ backend: "wasm", fillUniform, wasm: program }),
    await createDevice({ backend: "cpu", fillUniform }),
  ] as const;
  const plan = devicePlan(train);
  for (const device of devices) {
    for (const [name, values] of network.values)
      if (!network.inputs.includes(name)) device.write(name, Float32Array.from(values));
    for (let step = 1; step <= 5; step++)
      device.run(plan, { ...call, numbers: Object.fromEntries(network.scalars(step)), step });
  }
  for (const name of train.updates.keys()) {
    const [ours, theirs] = [await devices[0].read(name), await devices[1].read(name)];
    for (const [place, value] of ours.entries())
      expect(Math.abs(value - theirs[place]!), name).toBeLessThan(1e-4);
  }
});

test("what is missing is named", async () => {
  const device = await WasmDevice.create(program, fillUniform);
  expect(() => device.run({ name: "train" }, { ...call, inputs: {} })).toThrow(
    "the batch has no x",
  );
  expect(() => device.run({ name: "train" }, { ...call, numbers: {} })).toThrow("needs the number");
  expect(() => device.run({ name: "other" }, call)).toThrow("the module has no plan other");
  await expect(device.read("other")).rejects.toThrow("the module has no variable other");
});

test("variables are read back as they were written, also those that no plan touches", async () => {
  const device = await WasmDevice.create(program, fillUniform);
  for (const name of ["h1.weight", "elsewhere"]) {
    const values = Float32Array.from({ length: 35 }, (_, place) => place / 8);
    device.write(name, values);
    expect(await device.read(name)).toEqual(values);
  }
});

const shared = wasmProgram({ train }, emitWasm({ train }, { threads: "always" }));
test.each([
  ["one thread", program, 1, 10_000],
  ["two threads", shared, 2, 10_000],
] as const)("the heap is flat over 10,000 steps on %s", async (_, module, threads, many) => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const device = await WasmDevice.create(module, fillUniform, undefined, threads);
  for (const [name, values] of network.values)
    if (!network.inputs.includes(name)) device.write(name, Float32Array.from(values));
  const heapAfter = (steps: number): number => {
    for (let step = 0; step < steps; step++) device.run({ name: "train" }, call);
    collect();
    return process.memoryUsage().heapUsed;
  };
  heapAfter(2000);
  // What steps keep grows with every measurement; what the engine keeps once (compiled code, other tests' remains) does not.
  const grown = [1, 2, 3].map(() => {
    const before = heapAfter(10);
    return heapAfter(many) - before;
  });
  expect(Math.min(...grown)).toBeLessThan(100_000);
  await device.dispose();
});
