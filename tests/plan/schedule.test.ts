import { describe, expect, test } from "vitest";
import { createBuilder } from "../../src/compiler/ir/make-builder.ts";
import { differentiate } from "../../src/compiler/passes/4-differentiate/differentiate.ts";
import { schedule } from "../../src/compiler/passes/6-schedule/schedule.ts";
import { interpretPlan } from "../../src/compiler/plan/interpret-plan.ts";
import { convolutionalNetwork, multilayerPerceptron } from "../support/networks.ts";
import { planAgainstGraph } from "../support/plans.ts";

describe("a plan computes what its graph says", () => {
  for (const rows of [8, 5, 1]) {
    test(`perceptron with Adam, ${rows} of 8 rows`, () => {
      const network = multilayerPerceptron();
      expect(planAgainstGraph(network, schedule("train", network.graph, 8), rows, 3)).toBeLessThan(
        1e-10,
      );
    });
  }
  for (const rows of [4, 3]) {
    test(`convolutional network with every kind of window, ${rows} of 4 rows`, () => {
      const network = convolutionalNetwork();
      expect(planAgainstGraph(network, schedule("train", network.graph, 4), rows)).toBeLessThan(
        1e-10,
      );
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

test("what is compared with its own maximum is stored: worked out again in another precision it would equal it nowhere", () => {
  const graph = createBuilder();
  const x = graph.input("x", { shape: [4, 6], batched: true });
  const greatest = graph.max(graph.add(graph.multiply(x, 0.3), 0.1), [1]);
  const gradient = differentiate(graph, graph.sum(greatest), [x]).get(x)!;
  const kernels = schedule(
    "train",
    {
      outputs: new Map([
        ["greatest", greatest],
        ["gradient", gradient],
      ]),
      updates: new Map(),
    },
    4,
  ).steps.filter((step) => step.kind === "kernel");
  const maxima = kernels.filter(({ combine }) => combine === "max");
  expect(maxima.map(({ term }) => term?.kind)).toEqual(["load"]);
  // Alone, the maximum is made in one go.
  const alone = schedule(
    "predict",
    { outputs: new Map([["greatest", greatest]]), updates: new Map() },
    4,
  );
  expect(alone.steps).toHaveLength(1);
});
