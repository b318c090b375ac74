import { expect, test } from "vitest";
import { interpret } from "../../src/compiler/ir/interpret.ts";
import { schedule } from "../../src/compiler/passes/6-schedule/schedule.ts";
import { createDevice } from "../../src/runtime/device.ts";
import { devicePlan, variablesOf } from "../support/device-plans.ts";
import type { Network } from "../support/networks.ts";
import { difference, graphValues, rowsOf } from "../support/plans.ts";
import { randomNetwork, windowed } from "../support/random-networks.ts";

/** The worst difference between gpu.js on the CPU and the interpreter, over all outputs. */
async function deviceAgainstGraph(network: Network, rows: number): Promise<number> {
  const plan = devicePlan(schedule("predict", network.graph, network.capacity));
  const device = await createDevice({ backend: "cpu", fillUniform: () => {} });
  for (const name of variablesOf(plan))
    device.write(name, Float32Array.from(network.values.get(name)!));
  const rowsNeeded = (name: string): Float64Array =>
    network.types.get(name)!.batched
      ? rowsOf(network.values.get(name)!, network.capacity, rows)
      : network.values.get(name)!;
  const inputs = Object.fromEntries(
    Object.keys(plan.inputs).map((name) => [name, Float32Array.from(rowsNeeded(name))] as const),
  );
  const scalars = network.scalars(1);
  device.run(plan, { inputs, numbers: Object.fromEntries(scalars), rows, step: 1 });
  const expected = interpret(network.graph, {
    values: graphValues(network, rows),
    scalars,
    rows,
  }).outputs;
  let worst = 0;
  for (const [name, values] of expected)
    worst = Math.max(
      worst,
      difference((await device.result(plan, name)).subarray(0, values.length), values),
    );
  await device.dispose();
  return worst;
}

test("150 random graphs run by gpu.js equal the interpreter", async () => {
  for (let seed = 1; seed <= 150; seed++) {
    const network = randomNetwork(seed);
    expect(
      await deviceAgainstGraph(network, 1 + (seed % network.capacity)),
      `seed ${seed}`,
    ).toBeLessThan(1e-4);
  }
}, 30_000);

test("90 random windows with their gradients run by gpu.js equal the interpreter", async () => {
  for (const kind of ["convolve", "max", "sum"] as const) {
    for (let seed = 1; seed <= 30; seed++) {
      expect(
        await deviceAgainstGraph(windowed(seed, kind, seed % 3 === 0), 1 + (seed % 3)),
        `${kind} ${seed}`,
      ).toBeLessThan(1e-4);
    }
  }
}, 30_000);
