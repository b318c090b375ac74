import { describe, expect, test } from "vitest";
import type { Node, Window } from "../../src/compiler/ir/graph.ts";
import { createBuilder } from "../../src/compiler/ir/make-builder.ts";
import { differentiate } from "../../src/compiler/passes/4-differentiate/differentiate.ts";
import { schedule } from "../../src/compiler/passes/6-schedule/schedule.ts";
import type { Kernel, Plan } from "../../src/compiler/plan/plan.ts";
import { convolutionalNetwork, multilayerPerceptron, networkOf, numbersFrom, type Network } from "../support/networks.ts";
import { planAgainstGraph } from "../support/plans.ts";

type Choose = (...values: readonly number[]) => number;

/** A window of 1 or 2 axes that fits into `size`. */
function randomWindow(choose: Choose, rank: number): Window {
  const each = (make: () => number): readonly number[] => Array.from({ length: rank }, make);
  const size = each(() => choose(1, 2, 3));
  const dilation = each(() => choose(1, 2));
  // A border as wide as the window would leave windows without a single element.
  const border = (axis: number): number => Math.min(choose(0, 1, 2), (size[axis]! - 1) * dilation[axis]!);
  return { size, dilation, stride: each(() => choose(1, 2, 3)), low: size.map((_, axis) => border(axis)), high: size.map((_, axis) => border(axis)) };
}

/** The sum of sin(window of x), with the gradients of everything that goes in. */
function windowed(seed: number, kind: "convolve" | "max" | "sum", isReshaped: boolean): Network {
  const next = numbersFrom(seed);
  const choose: Choose = (...values) => values[Math.floor(next() * values.length)]!;
  const rank = choose(1, 2);
  const groups = kind === "convolve" ? choose(1, 1, 2, 4) : 1;
  const window = randomWindow(choose, rank);
  const spatial = window.size.map((size, axis) => (size - 1) * window.dilation[axis]! + choose(1, 3, 4));
  const graph = createBuilder({ path: "layer", role: "forward" });
  const shape = [3, ...spatial, groups * choose(1, 2)];
  const flat = [3, shape.slice(1).reduce((product, size) => product * size, 1)];
  const input = graph.input("x", { shape: isReshaped ? flat : shape, batched: true });
  const x = isReshaped ? graph.reshape(graph.tanh(input), shape) : input;
  const w = graph.parameter("layer.weight", { shape: [...window.size, shape.at(-1)! / groups, groups * choose(1, 2)], batched: false });
  const y = kind === "convolve" ? graph.convolve(x, w, window, groups) : kind === "max" ? graph.windowMax(graph.multiply(x, 2), window) : graph.windowSum(x, window);
  const loss = graph.sum(graph.sine(y));
  const wanted: readonly Node[] = kind === "convolve" ? [input, w] : [input];
  const gradients = differentiate(graph, loss, wanted);
  const outputs = new Map<string, Node>([["y", y], ["loss", loss], ...wanted.map((node, place) => [`gradient${place}`, gradients.get(node)!] as const)]);
  return networkOf({ outputs, updates: new Map() }, 3, 2, seed);
}

const kernelsOf = (plan: Plan): readonly Kernel[] => plan.steps.filter((step): step is Kernel => step.kind === "kernel");

/** A sum of load × load: what a backend may treat as a matrix product or convolution. */
function isContraction(kernel: Kernel): boolean {
  const { term } = kernel;
  return kernel.combine === "sum" && term?.kind === "apply" && term.op === "multiply" && term.args.every((arg) => arg.kind === "load");
}

describe("windows of any size, stride, dilation, border and groups, with their gradients", () => {
  for (const kind of ["convolve", "max", "sum"] as const) {
    test(kind, () => {
      for (let seed = 1; seed <= 60; seed++) {
        const network = windowed(seed, kind, seed % 3 === 0);
        const plan = schedule("train", network.graph, 3);
        expect(planAgainstGraph(network, plan, 1 + (seed % 3)), `seed ${seed}`).toBeLessThan(1e-10);
        if (kind === "convolve") expect(kernelsOf(plan).filter(isContraction).length, `seed ${seed}`).toBe(3);
      }
    });
  }
});

test("products and convolutions stay recognisable, and the rest is fused", () => {
  const perceptron = schedule("train", multilayerPerceptron().graph, 8);
  expect(kernelsOf(perceptron).filter(isContraction).map((kernel) => kernel.name)).toEqual(
    ["h1", "h2", "out", "h2_gradient", "out_weight_gradient", "h1_gradient", "h2_weight_gradient", "h1_weight_gradient"].map((name) => expect.stringMatching(new RegExp(`^${name}(_\\d+)?$`))),
  );
  expect(kernelsOf(perceptron)).toHaveLength(26);
  // Sums of gradient × value, for the scale of each normalisation.
  const normalisationProducts = 2;
  const convolutional = schedule("train", convolutionalNetwork().graph, 4);
  expect(kernelsOf(convolutional).filter(isContraction)).toHaveLength(3 * 3 - 1 + 2 * 3 + normalisationProducts);
  expect(kernelsOf(convolutional).length).toBeLessThan(66);
});

test("a reshape becomes loop axes of its producer, without a copy", () => {
  const graph = createBuilder({ path: "layer", role: "forward" });
  const x = graph.input("x", { shape: [4, 3, 5, 2], batched: true });
  const h = graph.exp(x);
  const flat = graph.reshape(h, [4, 30]);
  const y = graph.contract(flat, graph.parameter("layer.weight", { shape: [30, 7], batched: false }), "rk,kn->rn");
  const plan = schedule("predict", { outputs: new Map([["y", y]]), updates: new Map() }, 4);
  const dense = kernelsOf(plan).at(-1)!;
  expect(plan.buffers.some((buffer) => buffer.aliasOf !== undefined)).toBe(false);
  expect(dense.axes.map((axis) => [axis.name, axis.extent])).toEqual([["r", 4], ["n", 7], ["k1", 3], ["k2", 5], ["k3", 2]]);
});

test("the optimiser stays out of the weight gradient's kernel, and its three stores are one kernel", () => {
  const plan = schedule("train", multilayerPerceptron().graph, 8);
  const update = kernelsOf(plan).find((kernel) => kernel.stores.some((store) => store.to.buffer.name === "h1_weight_next"))!;
  expect(update.stores.map((store) => store.to.buffer.name)).toEqual(["h1_weight_m_next", "h1_weight_v_next", "h1_weight_next"]);
  expect(update.reduce).toEqual([]);
});
