import { expect, test } from "vitest";
import { schedule } from "../../src/compiler/passes/6-schedule/schedule.ts";
import { randomNetwork } from "../support/random-networks.ts";
import { planAgainstGraph } from "../support/plans.ts";

test("400 random graphs: the plan equals the graph, also with fewer rows", () => {
  for (let seed = 1; seed <= 400; seed++) {
    const network = randomNetwork(seed);
    const plan = schedule("predict", network.graph, network.capacity);
    expect(
      planAgainstGraph(network, plan, 1 + (seed % network.capacity)),
      `seed ${seed}`,
    ).toBeLessThan(1e-9);
  }
}, 30_000);
