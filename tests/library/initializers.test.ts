import { describe, expect, test } from "vitest";
import { library } from "../../src/compiler/library/index.ts";
import type { Distribution, InitializerDefinition } from "../../src/compiler/library/definition.ts";
import { initialize } from "../../src/runtime/initialize.ts";
import { argumentsOf, type Written } from "../support/library-values.ts";

const fan = { in: 200, out: 100 };
const shape = [200, 100];

function sample(
  name: string,
  written: Written = {},
  ofShape: readonly number[] = shape,
): Distribution | { readonly problem: string } {
  const initializer = library.find("initializer", name) as InitializerDefinition;
  return initializer.sample(ofShape, fan, argumentsOf(initializer, written));
}

function draw(name: string, written: Written = {}): Float32Array {
  const distribution = sample(name, written);
  if ("problem" in distribution) throw new Error(distribution.problem);
  return initialize("layer.weight", shape, distribution, 1);
}

function statistics(values: Float32Array) {
  const mean = values.reduce((sum, each) => sum + each, 0) / values.length;
  const variance = values.reduce((sum, each) => sum + (each - mean) ** 2, 0) / values.length;
  return {
    mean,
    variance,
    largest: values.reduce((most, each) => Math.max(most, Math.abs(each)), 0),
  };
}

const activation = (name: string, written: Written = {}) => {
  const definition = library.find("activation", name)!;
  return { definition, arguments: argumentsOf(definition, written) };
};

describe("the variance that is drawn, from 20,000 numbers", () => {
  test.each([
    ["normal", { deviation: 0.3 }, 0.09],
    ["truncated_normal", { deviation: 0.3 }, 0.09 * 0.879626 ** 2],
    ["uniform", { limit: 0.3 }, 0.09 / 3],
    ["lecun", {}, 1 / 200],
    ["lecun", { distribution: "uniform" }, 1 / 200],
    ["fan_uniform", {}, 1 / 200 / 3],
    ["fan_uniform", { mode: "fan_out" }, 1 / 100 / 3],
    ["xavier", {}, 2 / 300],
    ["xavier", { distribution: "uniform" }, 2 / 300],
    ["xavier", { mode: "fan_in" }, 1 / 200],
    ["xavier", { mode: "fan_out" }, 1 / 100],
    ["kaiming", {}, 2 / 200],
    ["kaiming", { activation: activation("relu"), mode: "fan_out" }, 2 / 100],
    ["kaiming", { activation: activation("leaky_relu"), distribution: "uniform" }, 2 / 1.01 / 200],
    ["kaiming", { activation: activation("leaky_relu", { alpha: 0.5 }) }, 2 / 1.25 / 200],
    ["kaiming", { activation: activation("identity") }, 1 / 200],
  ] as const)("%s %j", (name, written, variance) => {
    const found = statistics(draw(name, written));
    // Four standard errors: of the mean √(v / n), of a normal variance v √(2 / n).
    expect(Math.abs(found.mean)).toBeLessThan(4 * Math.sqrt(variance / 20_000));
    expect(Math.abs(found.variance / variance - 1)).toBeLessThan(4 * Math.sqrt(2 / 20_000));
  });
});

describe("exact forms", () => {
  test("zeros, ones, constant", () => {
    expect(sample("zeros")).toEqual({ kind: "constant", value: 0 });
    expect(sample("ones")).toEqual({ kind: "constant", value: 1 });
    expect(sample("constant", { value: 0.5 })).toEqual({ kind: "constant", value: 0.5 });
  });
  test("Xavier uniform is U(±√6 / √(in + out))", () => {
    const limit = Math.sqrt(6) / Math.sqrt(300);
    const found = sample("xavier", { distribution: "uniform" });
    expect(found).toMatchObject({ kind: "uniform" });
    expect((found as { high: number }).high).toBeCloseTo(limit, 14);
    expect((found as { low: number }).low).toBeCloseTo(-limit, 14);
    expect(statistics(draw("xavier", { distribution: "uniform" })).largest).toBeLessThanOrEqual(
      Math.fround(limit),
    );
  });
  test("values are as many as the tensor has", () => {
    expect(sample("values", { values: [1, 2, 3] }, [3, 1])).toEqual({
      kind: "values",
      values: [1, 2, 3],
    });
    expect(sample("values", { values: [1, 2] }, [3, 1])).toEqual({
      problem: "`values` gives 2 numbers for a tensor of shape [3, 1], which has 3",
    });
  });
  test("identity needs two axes", () => {
    expect(sample("identity")).toEqual({ kind: "identity", scale: 1 });
    expect(sample("identity", {}, [3])).toEqual({
      problem: "`identity` needs a tensor with at least two axes, and this one has 1",
    });
  });
  test("orthogonal has orthonormal columns", () => {
    const w = draw("orthogonal", { gain: 2 });
    const dot = (a: number, b: number) =>
      Array.from({ length: 200 }, (_, row) => w[row * 100 + a]! * w[row * 100 + b]!).reduce(
        (sum, each) => sum + each,
        0,
      );
    expect(dot(3, 3)).toBeCloseTo(4, 4);
    expect(dot(3, 4)).toBeCloseTo(0, 4);
  });
});
