import { expect, test } from "vitest";
import { emitWasm, type EmittedWasm } from "../../src/compiler/passes/7-emit/wasm/emit-wasm.ts";
import { schedule } from "../../src/compiler/passes/6-schedule/schedule.ts";
import { WasmDevice } from "../../src/runtime/wasm-device.ts";
import { convolutionalNetwork, multilayerPerceptron, type Network } from "../support/networks.ts";
import { wasmProgram } from "../support/wasm-program.ts";

const poison = 0x7fc0dead;

interface Machine {
  readonly words: Int32Array;
  readonly step: () => void;
  /** Whether a word belongs to some array. */
  readonly isOwned: Uint8Array;
}

/** A module over a memory that the test can look into, with the network's arrays written by hand. */
function machineOf(network: Network, emitted: EmittedWasm, rows: number): Machine {
  const { memory, bytes } = emitted;
  const linear = new WebAssembly.Memory({ initial: memory.pages });
  const words = new Int32Array(linear.buffer);
  const floats = new Float32Array(linear.buffer);
  const isOwned = new Uint8Array(words.length);
  for (const { address, bytes: size } of memory.ranges) isOwned.fill(1, address / 4, (address + size) / 4);
  const table = memory.plans.get("train")!;
  for (const [name, array] of [...memory.variables, ...table.inputs]) {
    const values = network.values.get(name)!;
    values.forEach((value, flat) => {
      let rest = flat;
      let place = array.address / 4;
      for (let axis = array.shape.length - 1; axis >= 0; axis--) {
        place += (rest % array.shape[axis]!) * array.strides[axis]!;
        rest = Math.floor(rest / array.shape[axis]!);
      }
      floats[place] = value;
    });
  }
  words[memory.rows / 4] = rows;
  const program = wasmProgram({}, emitted);
  const given: Record<string, number> = { ...Object.fromEntries(network.scalars(2)), rows };
  for (const [name, address] of table.numbers) floats[address / 4] = program.plans["train"]!.derived[name]?.(given) ?? given[name]!;
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory: linear } });
  return { words, step: instance.exports["train"] as () => void, isOwned };
}

for (const [name, network] of [["perceptron", multilayerPerceptron(13, 21, 7, 3)], ["convolutions", convolutionalNetwork(3, 9, 5)]] as const) {
  test(`${name}: poison between the arrays never changes and never reaches an array's elements`, () => {
    const emitted = emitWasm({ train: schedule("train", network.graph, network.capacity) });
    const clean = machineOf(network, emitted, network.capacity - 1);
    const poisoned = machineOf(network, emitted, network.capacity - 1);
    poisoned.isOwned.forEach((owned, place) => {
      if (owned === 0) poisoned.words[place] = poison;
    });
    for (let step = 0; step < 3; step++) {
      clean.step();
      poisoned.step();
    }
    let changed = 0;
    poisoned.isOwned.forEach((owned, place) => {
      if (owned === 0 && poisoned.words[place] !== poison) changed++;
    });
    expect(changed).toBe(0);
    for (const [path, array] of [...emitted.memory.variables, ...emitted.memory.plans.get("train")!.results]) {
      const rows = array.shape.slice(0, -1).reduce((product, extent) => product * extent, 1);
      for (let row = 0; row < rows; row++) {
        const start = array.address / 4 + row * (array.strides.at(-2) ?? 0);
        const end = start + (array.shape.at(-1) ?? 1);
        if (array.shape.length <= 2) expect(poisoned.words.slice(start, end), path).toEqual(clean.words.slice(start, end));
      }
    }
  });
}

test("no two arrays that live at the same time overlap: the loss falls over many steps with all three plans in one memory", async () => {
  const network = multilayerPerceptron(16, 6, 20, 3);
  const train = schedule("train", network.graph, 16);
  const evaluate = { ...schedule("evaluate", { outputs: network.graph.outputs, updates: new Map() }, 16) };
  const device = await WasmDevice.create(wasmProgram({ train, evaluate }), () => undefined);
  for (const [name, values] of network.values) if (!network.inputs.includes(name)) device.write(name, Float32Array.from(values));
  const inputs = Object.fromEntries(network.inputs.map((name) => [name, Float32Array.from(network.values.get(name)!)]));
  const lossOf = async (): Promise<number> => {
    device.run({ name: "evaluate" }, { inputs, numbers: {}, rows: 16, step: 1 });
    return (await device.result({ name: "evaluate" }, "loss"))[0]!;
  };
  const before = await lossOf();
  for (let step = 1; step <= 200; step++) {
    device.run({ name: "train" }, { inputs, numbers: { ...Object.fromEntries(network.scalars(step)) }, rows: 16, step });
    if (step === 100) await lossOf();
  }
  const trained = (await device.result({ name: "train" }, "loss"))[0]!;
  const after = await lossOf();
  expect(after).toBeLessThan(before / 4);
  expect(after).toBeLessThan(trained);
});
