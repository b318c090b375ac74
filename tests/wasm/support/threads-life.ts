/** A process with a device of two threads that ends in the way its argument says; prints what came before. */
import { emitWasm } from "../../../src/backends/wasm/emit-wasm.ts";
import { schedule } from "../../../src/compiler/passes/6-schedule/schedule.ts";
import { WasmDevice } from "../../../src/runtime/wasm-device.ts";
import { multilayerPerceptron } from "../../support/networks.ts";
import { wasmProgram } from "../../support/wasm-program.ts";

const [way = ""] = process.argv.slice(2);
const network = multilayerPerceptron(64, 70, 36, 10);
const plan = schedule("train", network.graph, network.capacity);
const program = wasmProgram({ train: plan }, emitWasm({ train: plan }, { threads: "always" }));
const device = await WasmDevice.create(program, () => undefined, 1, 2);
for (const [name, values] of network.values)
  if (!network.inputs.includes(name)) device.write(name, Float32Array.from(values));
const inputs = Object.fromEntries(
  network.inputs.map((name) => [name, Float32Array.from(network.values.get(name)!)]),
);
const step = (number: number): void =>
  device.run(plan, {
    inputs,
    numbers: Object.fromEntries(network.scalars(number)),
    rows: network.capacity,
    step: number,
  });
for (let number = 1; number <= 20; number++) step(number);
console.log(`${device.threads}; ${process.pid}`);

/** The end of the script, with the other thread waiting for more. */
const ways: Readonly<Record<string, () => void>> = {
  end: () => undefined,
  exit: () => process.exit(3),
  error: () => {
    throw new Error("on purpose");
  },
  dispose: () => void device.dispose(),
  busy: () => {
    for (let number = 21; ; number++) step(number);
  },
};
ways[way]!();
