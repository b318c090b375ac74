import { schedule } from "../../src/compiler/passes/6-schedule/schedule.ts";
import {
  createDevice,
  type BackendChoice,
  type Device,
  type DevicePlan,
} from "../../src/runtime/device.ts";
import { devicePlan, variablesOf } from "../support/device-plans.ts";
import { convolutionalNetwork, multilayerPerceptron, type Network } from "../support/networks.ts";
import { rowsOf } from "../support/plans.ts";
import { wasmProgram } from "../support/wasm-program.ts";

export const networks: Readonly<Record<string, () => Network>> = {
  perceptron: () => multilayerPerceptron(),
  convolutional: () => convolutionalNetwork(),
};

export interface Trained {
  readonly backend: string;
  readonly losses: readonly number[];
}

/** Trains a network for `steps` steps from its first weights, once for each number of rows: the losses, and what ran. */
async function trainOn(
  backend: BackendChoice,
  network: Network,
  steps: number,
  counts: readonly number[],
): Promise<readonly Trained[]> {
  const train = schedule("train", network.graph, network.capacity);
  const plan = devicePlan(train);
  const device = await createDevice({
    backend,
    fillUniform: () => {},
    ...(backend === "wasm" ? { wasm: wasmProgram({ train }) } : {}),
  });
  const results: Trained[] = [];
  for (const rows of counts)
    results.push({
      backend: device.backend,
      losses: await lossesOn(device, plan, network, steps, rows),
    });
  await device.dispose();
  return results;
}

async function lossesOn(
  device: Device,
  plan: DevicePlan,
  network: Network,
  steps: number,
  rows: number,
): Promise<readonly number[]> {
  for (const name of variablesOf(plan))
    device.write(name, Float32Array.from(network.values.get(name)!));
  const inputs = Object.fromEntries(
    network.inputs.map((name) => [
      name,
      Float32Array.from(rowsOf(network.values.get(name)!, network.capacity, rows)),
    ]),
  );
  const losses: number[] = [];
  for (let step = 1; step <= steps; step++) {
    device.run(plan, { inputs, numbers: Object.fromEntries(network.scalars(step)), rows, step });
    losses.push((await device.result(plan, "loss"))[0]!);
  }
  return losses;
}

export interface Scenario {
  readonly backend: BackendChoice;
  readonly steps: number;
}

/** Every network with a full and with a short batch. */
export async function run({
  backend,
  steps,
}: Scenario): Promise<Readonly<Record<string, Trained>>> {
  const results: Record<string, Trained> = {};
  for (const [name, make] of Object.entries(networks)) {
    const network = make();
    const counts = [network.capacity, network.capacity - 1];
    const trained = await trainOn(backend, network, steps, counts);
    for (const [place, rows] of counts.entries()) results[`${name} ${rows}`] = trained[place]!;
  }
  return results;
}
