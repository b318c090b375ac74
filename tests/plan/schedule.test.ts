import { describe, expect, test } from "vitest";
import { schedule } from "../../src/compiler/passes/6-schedule/schedule.ts";
import { interpretPlan } from "../../src/compiler/plan/interpret-plan.ts";
import { convolutionalNetwork, multilayerPerceptron } from "../support/networks.ts";
import { planAgainstGraph } from "../support/plans.ts";

describe("a plan computes what its graph says", () => {
  for (const rows of [8, 5, 1]) {
    test(`perceptron with Adam, ${rows} of 8 rows`, () => {
      const network = multilayerPerceptron();
      expect(planAgainstGraph(network, schedule("train", network.graph, 8), rows, 3)).toBeLessThan(1e-10);
    });
  }
  for (const rows of [4, 3]) {
    test(`convolutional network with every kind of window, ${rows} of 4 rows`, () => {
      const network = convolutionalNetwork();
      expect(planAgainstGraph(network, schedule("train", network.graph, 4), rows)).toBeLessThan(1e-10);
    });
  }
});

test("in single precision a plan is off by rounding only", () => {
  const network = multilayerPerceptron();
  const plan = schedule("train", network.graph, 8);
  const inputs = { buffers: network.values, scalars: network.scalars(1), rows: 8 };
  const exact = interpretPlan(plan, inputs).results.get("loss")![0]!;
  const rounded = interpretPlan(plan, { ...inputs, precision: "float32" }).results.get("loss")![0]!;
  expect(rounded).not.toBe(exact);
  expect(Math.abs(rounded - exact)).toBeLessThan(1e-6);
});
