import { describe, expect, test } from "vitest";
import { createBuilder } from "../../src/compiler/ir/make-builder.ts";
import { library } from "../../src/compiler/library/index.ts";
import type { ActivationDefinition } from "../../src/compiler/library/definition.ts";
import { differentiate } from "../../src/compiler/passes/4-differentiate/differentiate.ts";
import cases from "../fixtures/activations.json" with { type: "json" };
import { interpret } from "../support/every-backend.ts";
import { expectClose } from "../support/close.ts";
import { gradientProblems, randomOperand, type GradientCheck } from "../support/gradient-check.ts";
import { argumentsOf, type Written } from "../support/library-values.ts";

const activations = library.all("activation") as readonly ActivationDefinition[];

/** y and dy/dx of Σ factors · y. */
function run(
  activation: ActivationDefinition,
  written: Written,
  x: readonly number[],
  shape: readonly number[],
  factors: readonly number[],
): { y: Float64Array; gradient: Float64Array } {
  const graph = createBuilder();
  const input = graph.input("x", { shape, batched: true });
  const y = activation.lower(graph, input, argumentsOf(activation, written), shape.length - 1);
  const loss = graph.sum(graph.multiply(y, graph.input("factors", y.type)));
  const outputs = new Map([
    ["y", y],
    ["gradient", differentiate(graph, loss, [input]).get(input)!],
  ]);
  const values = new Map([
    ["x", Float64Array.from(x)],
    ["factors", Float64Array.from(factors)],
  ]);
  const found = interpret(
    { outputs, updates: new Map() },
    { values, scalars: new Map(), rows: shape[0]! },
  ).outputs;
  return { y: found.get("y")!, gradient: found.get("gradient")! };
}

test.each(cases.map((each) => [each.name, each.arguments, each] as const))(
  "%s %j as PyTorch, values and gradients, to ±10,000",
  (name, written, each) => {
    const activation = library.find("activation", name) as ActivationDefinition;
    const shape = "shape" in each && each.shape ? each.shape : [each.x.length, 1];
    const factors = "weights" in each && each.weights ? each.weights : each.x.map(() => 1);
    const found = run(activation, written as Written, each.x, shape, factors);
    expectClose(found.y, each.y, { relative: 1e-8, absolute: 1e-12 });
    expectClose(found.gradient, each.gradient, { relative: 1e-6, absolute: 1e-9 });
  },
);

test("every activation has frozen values, or a closed form in its examples", () => {
  const proved = new Set([...cases.map((each) => each.name), "step"]);
  expect(activations.map((each) => each.name).filter((name) => !proved.has(name))).toEqual([]);
});

function builderOf(activation: ActivationDefinition): GradientCheck["build"] {
  return (graph, [x]) => activation.lower(graph, x!, argumentsOf(activation), 1);
}

describe.each(activations.map((each) => [each.name, each] as const))("%s", (_, activation) => {
  test("its examples hold", () => {
    for (const example of activation.examples ?? []) {
      const found = run(
        activation,
        example.arguments ?? {},
        example.in,
        [example.in.length, 1],
        example.in.map(() => 1),
      );
      expectClose(found.y, example.out, { relative: 1e-12, absolute: 1e-12 });
    }
    expect((activation.examples ?? []).length > 0 || activation.over === true).toBe(true);
  });

  test("finite differences, a short batch included", () => {
    const operand = randomOperand({ shape: [5, 4], batched: true }, 3, { rows: 3 });
    expect(
      gradientProblems({ build: builderOf(activation), operands: [operand], rows: 3 }),
    ).toEqual([]);
  });

  test("finite differences far out", () => {
    // Differences at 1e4 need room: the step is 1e-6 times the value.
    const operand = {
      type: { shape: [2, 4], batched: true },
      values: Float64Array.from([-1e4, -800, 800, 1e4, -90, -20, 20, 90]),
    };
    expect(
      gradientProblems({ build: builderOf(activation), operands: [operand], absolute: 1e-5 }),
    ).toEqual([]);
  });

  test("values and gradients are finite in float32's range", () => {
    const x = [-3e38, -1e30, -800, -104, -0, 0, 104, 800, 1e30, 3e38];
    const found = run(
      activation,
      {},
      x,
      [x.length, 1],
      x.map(() => 1),
    );
    expect([...found.y, ...found.gradient].filter((value) => !Number.isFinite(value))).toEqual([]);
  });
});
