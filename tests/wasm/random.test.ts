import { expect, test } from "vitest";
import { schedule } from "../../src/compiler/passes/6-schedule/schedule.ts";
import { randomNetwork } from "../support/random-networks.ts";
import { wasmAgainstPlan } from "../support/wasm-against-plan.ts";

test("400 random graphs of every kind of node agree with the float64 interpreter, also with fewer rows", async () => {
  for (let seed = 1; seed <= 400; seed++) {
    const network = randomNetwork(seed);
    const plan = schedule("predict", network.graph, network.capacity);
    const worst = await wasmAgainstPlan(plan, {
      values: network.values,
      scalars: network.scalars(1),
      rows: 1 + (seed % network.capacity),
    });
    expect(worst, `seed ${seed}`).toBeLessThan(1e-4);
  }
});
