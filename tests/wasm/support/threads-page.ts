import { emitWasm } from "../../../src/backends/wasm/emit-wasm.ts";
import { schedule } from "../../../src/compiler/passes/6-schedule/schedule.ts";
import { WasmDevice } from "../../../src/runtime/wasm-device.ts";
import { multilayerPerceptron } from "../../support/networks.ts";
import { wasmProgram } from "../../support/wasm-program.ts";

/** What a device says of its threads, and the bits of all its variables after some steps. */
export interface Trained {
  readonly threads: string;
  readonly isTogether: boolean;
  readonly bits: Readonly<Record<string, readonly number[]>>;
}

/** Trains a perceptron of odd extents; the last batch is short. */
export async function run(wanted: number | "auto"): Promise<Trained> {
  const network = multilayerPerceptron(33, 21, 47, 3);
  const plan = schedule("train", network.graph, network.capacity);
  const device = await WasmDevice.create(
    wasmProgram({ train: plan }, emitWasm({ train: plan }, { threads: "always" })),
    () => undefined,
    1,
    wanted,
  );
  for (const [name, values] of network.values)
    if (!network.inputs.includes(name)) device.write(name, Float32Array.from(values));
  const inputs = Object.fromEntries(
    network.inputs.map((name) => [name, Float32Array.from(network.values.get(name)!)]),
  );
  for (let step = 1; step <= 30; step++)
    device.run(plan, {
      inputs,
      numbers: Object.fromEntries(network.scalars(step)),
      rows: step === 30 ? 10 : network.capacity,
      step,
    });
  const bits: Record<string, readonly number[]> = {};
  for (const name of plan.updates.keys())
    bits[name] = [...new Int32Array((await device.read(name)).buffer)];
  const { threads, isTogether } = device;
  await device.dispose();
  return { threads, isTogether, bits };
}
