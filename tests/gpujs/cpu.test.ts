import { describe, expect, test } from "vitest";
import { schedule } from "../../src/compiler/passes/6-schedule/schedule.ts";
import { createDevice } from "../../src/runtime/device.ts";
import { devicePlan } from "../support/device-plans.ts";
import { convolutionalNetwork, multilayerPerceptron, type Network } from "../support/networks.ts";
import { interpretedLosses, rowsOf } from "../support/plans.ts";

async function trainedLosses(network: Network, steps: number, rows: number): Promise<readonly number[]> {
  const plan = devicePlan(schedule("train", network.graph, network.capacity));
  const device = await createDevice({ backend: "cpu", fillUniform: () => {} });
  for (const name of Object.keys(plan.variables)) device.write(name, Float32Array.from(network.values.get(name)!));
  const inputs = Object.fromEntries(network.inputs.map((name) => [name, Float32Array.from(rowsOf(network.values.get(name)!, network.capacity, rows))]));
  const losses: number[] = [];
  for (let step = 1; step <= steps; step++) {
    device.run(plan, { inputs, numbers: Object.fromEntries(network.scalars(step)), rows, step });
    losses.push((await device.result(plan, "loss"))[0]!);
  }
  await device.dispose();
  return losses;
}

describe("gpu.js on the CPU trains as the float64 interpreter does: 50 losses to 1e-4", () => {
  const networks = { perceptron: multilayerPerceptron(), "convolutional network": convolutionalNetwork() };
  for (const [name, network] of Object.entries(networks)) {
    for (const rows of [network.capacity, network.capacity - 1]) {
      test(`${name}, ${rows} of ${network.capacity} rows`, async () => {
        const expected = interpretedLosses(network.graph, network, 50, rows);
        const actual = await trainedLosses(network, 50, rows);
        for (const [step, loss] of expected.entries()) expect(Math.abs(actual[step]! - loss) / Math.abs(loss), `step ${step + 1}`).toBeLessThan(1e-4);
      });
    }
  }
});
