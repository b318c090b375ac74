import { describe, expect, test } from "vitest";
import { createBuilder } from "../../src/compiler/ir/make-builder.ts";
import { schedule } from "../../src/compiler/passes/6-schedule/schedule.ts";
import type { Kernel, Plan } from "../../src/compiler/plan/plan.ts";
import { convolutionalNetwork, multilayerPerceptron } from "../support/networks.ts";
import { planAgainstGraph } from "../support/plans.ts";
import { windowed } from "../support/random-networks.ts";

const kernelsOf = (plan: Plan): readonly Kernel[] =>
  plan.steps.filter((step): step is Kernel => step.kind === "kernel");

/** A sum of load × load: what a backend may treat as a matrix product or convolution. */
function isContraction(kernel: Kernel): boolean {
  const { term } = kernel;
  return (
    kernel.combine === "sum" &&
    term?.kind === "apply" &&
    term.op === "multiply" &&
    term.args.every((arg) => arg.kind === "load")
  );
}

describe("windows of any size, stride, dilation, border and groups, with their gradients", () => {
  for (const kind of ["convolve", "max", "sum"] as const) {
    test(
      kind,
      () => {
        for (let seed = 1; seed <= 60; seed++) {
          const network = windowed(seed, kind, seed % 3 === 0);
          const plan = schedule("train", network.graph, 3);
          expect(planAgainstGraph(network, plan, 1 + (seed % 3)), `seed ${seed}`).toBeLessThan(
            1e-10,
          );
          if (kind === "convolve")
            expect(kernelsOf(plan).filter(isContraction).length, `seed ${seed}`).toBe(3);
        }
      },
      30_000,
    );
  }
});

test("products and convolutions stay recognisable, and the rest is fused", () => {
  const perceptron = schedule("train", multilayerPerceptron().graph, 8);
  expect(
    kernelsOf(perceptron)
      .filter(isContraction)
      .map((kernel) => kernel.name),
  ).toEqual(
    [
      "h1",
      "h2",
      "out",
      "h2_gradient",
      "out_weight_gradient",
      "h1_gradient",
      "h2_weight_gradient",
      "h1_weight_gradient",
    ].map((name) => expect.stringMatching(new RegExp(`^${name}(_\\d+)?$`))),
  );
  expect(kernelsOf(perceptron)).toHaveLength(26);
  // Sums of gradient × value, for the scale of each normalisation.
  const normalisationProducts = 2;
  const convolutional = schedule("train", convolutionalNetwork().graph, 4);
  expect(kernelsOf(convolutional).filter(isContraction)).toHaveLength(
    3 * 3 - 1 + 2 * 3 + normalisationProducts,
  );
  expect(kernelsOf(convolutional).length).toBeLessThan(66);
});

test("a reshape becomes loop axes of its producer, without a copy", () => {
  const graph = createBuilder({ path: "layer", role: "forward" });
  const x = graph.input("x", { shape: [4, 3, 5, 2], batched: true });
  const h = graph.exp(x);
  const flat = graph.reshape(h, [4, 30]);
  const y = graph.contract(
    flat,
    graph.parameter("layer.weight", { shape: [30, 7], batched: false }),
    "rk,kn->rn",
  );
  const plan = schedule("predict", { outputs: new Map([["y", y]]), updates: new Map() }, 4);
  const dense = kernelsOf(plan).at(-1)!;
  expect(plan.buffers.some((buffer) => buffer.aliasOf !== undefined)).toBe(false);
  expect(dense.axes.map((axis) => [axis.name, axis.extent])).toEqual([
    ["r", 4],
    ["n", 7],
    ["k1", 3],
    ["k2", 5],
    ["k3", 2],
  ]);
});

test("the optimiser stays out of the weight gradient's kernel, and its three stores are one kernel", () => {
  const plan = schedule("train", multilayerPerceptron().graph, 8);
  const update = kernelsOf(plan).find((kernel) =>
    kernel.stores.some((store) => store.to.buffer.name === "h1_weight_next"),
  )!;
  expect(update.stores.map((store) => store.to.buffer.name)).toEqual([
    "h1_weight_m_next",
    "h1_weight_v_next",
    "h1_weight_next",
  ]);
  expect(update.reduce).toEqual([]);
});
