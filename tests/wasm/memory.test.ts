import { describe, expect, test } from "vitest";
import type { WasmArray } from "../../src/backends/wasm/module-table.ts";
import { schedule } from "../../src/compiler/passes/6-schedule/schedule.ts";
import { WasmDevice } from "../../src/runtime/wasm-device.ts";
import {
  convolutionalNetwork,
  Layers,
  multilayerPerceptron,
  type Network,
} from "../support/networks.ts";
import { randomTraining } from "../support/random-training.ts";
import { placesOf, WasmMachine } from "../support/wasm-machine.ts";
import { wasmProgram } from "../support/wasm-program.ts";

const poison = 0x7fc0dead;

/** Words that belong to nothing, and those that only fill up the rows of variables. */
function unownedOf({ emitted: { memory }, words }: WasmMachine): {
  readonly gaps: readonly number[];
  readonly fillings: readonly number[];
} {
  const isOwned = new Uint8Array(words.length);
  for (const { address, bytes } of memory.ranges)
    isOwned.fill(1, address / 4, (address + bytes) / 4);
  const elements = new Set([...memory.variables.values()].flatMap((array) => [...placesOf(array)]));
  const inVariables = memory.ranges
    .filter(({ name }) => memory.variables.has(name))
    .flatMap(({ address, bytes }) =>
      Array.from({ length: bytes / 4 }, (_, word) => address / 4 + word),
    );
  return {
    gaps: [...isOwned.keys()].filter((place) => isOwned[place] === 0),
    fillings: inVariables.filter((place) => !elements.has(place)),
  };
}

function arraysOf({ emitted: { memory } }: WasmMachine): ReadonlyMap<string, WasmArray> {
  return new Map([...memory.variables, ...memory.plans.get("train")!.results]);
}

/** Three steps with and without poison: nothing between the arrays changes, and every element has the same bits. */
function expectUntouched(network: Network, rows: number, name: string): void {
  const [clean, poisoned] = [0, 1].map(() => {
    const machine = new WasmMachine(schedule("train", network.graph, network.capacity));
    machine.write(network.values);
    return machine;
  }) as [WasmMachine, WasmMachine];
  const { gaps, fillings } = unownedOf(poisoned);
  for (const place of [...gaps, ...fillings]) poisoned.words[place] = poison;
  for (let step = 1; step <= 3; step++)
    for (const machine of [clean, poisoned]) machine.call(network.scalars(step), rows);
  expect(
    gaps.filter((place) => poisoned.words[place] !== poison),
    name,
  ).toEqual([]);
  for (const [path, array] of arraysOf(clean))
    expect(poisoned.readBits(array), `${path} of ${name}`).toEqual(clean.readBits(array));
}

describe("poison between the arrays and in what fills up the rows of variables never changes and never reaches an element", () => {
  for (const [name, network] of [
    ["perceptron", multilayerPerceptron(13, 21, 7, 3)],
    ["convolutions", convolutionalNetwork(3, 9, 5)],
  ] as const)
    test(name, () => expectUntouched(network, network.capacity - 1, name));

  test("30 random networks, whole and short batches", { timeout: 60_000 }, () => {
    for (let seed = 1; seed <= 30; seed++) {
      const network = randomTraining(seed);
      expectUntouched(
        network,
        seed % 2 === 0 ? network.capacity : 1 + (seed % network.capacity),
        `seed ${seed}`,
      );
    }
  });
});

test("a short batch computes its own rows and at most what shares a tile with the last of them", () => {
  const layers = new Layers();
  const x = layers.root.input("x", { shape: [64, 20], batched: true });
  const hidden = layers.at("h").tanh(layers.dense("h", x, 12));
  const outputs = new Map([
    ["hidden", hidden],
    ["dense", layers.dense("out", hidden, 10)],
    ["norm", layers.root.sum(layers.root.multiply(x, x), [1])],
  ]);
  const machine = new WasmMachine(schedule("predict", { outputs, updates: new Map() }, 64));
  const ones = new Float32Array(64 * 20).fill(1);
  machine.write(
    new Map([
      ["x", ones],
      ["h.weight", ones],
      ["h.bias", ones],
      ["out.weight", ones],
      ["out.bias", ones],
    ]),
  );
  machine.call(new Map(), 5);
  for (const [name, array] of machine.results()) {
    const values = machine.read(array);
    const perRow = values.length / 64;
    const written = [...values.keys()]
      .filter((place) => values[place] !== 0)
      .map((place) => Math.floor(place / perRow));
    expect(new Set(written).size, name).toBeGreaterThanOrEqual(5);
    expect(Math.max(...written), name).toBeLessThan(8);
  }
});

test("no two arrays that live at the same time overlap: the loss falls over many steps with all three plans in one memory", async () => {
  const network = multilayerPerceptron(16, 6, 20, 3);
  const train = schedule("train", network.graph, 16);
  const evaluate = {
    ...schedule("evaluate", { outputs: network.graph.outputs, updates: new Map() }, 16),
  };
  const device = await WasmDevice.create(wasmProgram({ train, evaluate }), () => undefined);
  for (const [name, values] of network.values)
    if (!network.inputs.includes(name)) device.write(name, Float32Array.from(values));
  const inputs = Object.fromEntries(
    network.inputs.map((name) => [name, Float32Array.from(network.values.get(name)!)]),
  );
  const lossOf = async (): Promise<number> => {
    device.run({ name: "evaluate" }, { inputs, numbers: {}, rows: 16, step: 1 });
    return (await device.result({ name: "evaluate" }, "loss"))[0]!;
  };
  const before = await lossOf();
  for (let step = 1; step <= 200; step++) {
    device.run(
      { name: "train" },
      { inputs, numbers: { ...Object.fromEntries(network.scalars(step)) }, rows: 16, step },
    );
    if (step === 100) await lossOf();
  }
  const trained = (await device.result({ name: "train" }, "loss"))[0]!;
  const after = await lossOf();
  expect(after).toBeLessThan(before / 4);
  expect(after).toBeLessThan(trained);
});
