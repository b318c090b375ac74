import { expect, test } from "vitest";
import type { Node } from "../../src/compiler/ir/graph.ts";
import { createBuilder } from "../../src/compiler/ir/make-builder.ts";
import { library } from "../../src/compiler/library/index.ts";
import type { OptimizerDefinition } from "../../src/compiler/library/definition.ts";
import cases from "../fixtures/optimizers.json" with { type: "json" };
import { interpret } from "../support/every-backend.ts";
import { expectClose } from "../support/close.ts";
import { argumentsOf, type Written } from "../support/library-values.ts";

/** Methods that move all weights together, and K-FAC, have tests of their own: tests/second-order. */
const ofSingleWeights = (library.all("optimizer") as readonly OptimizerDefinition[]).filter(
  ({ whole, kronecker }) => whole === undefined && kronecker !== true,
);

const curvature = [0.3, 1, 4, 10];
const gradientOf = (w: Float64Array, step: number) =>
  w.map((value, place) => curvature[place]! * value + 0.5 * Math.sin(step) + 0.1 * value ** 3);

/** One update as a function of numbers; every numeric argument comes as a scalar node, as a scheduled one would. */
function stepper(optimizer: OptimizerDefinition, written: Written) {
  const graph = createBuilder();
  const values = argumentsOf(optimizer, written);
  const type = { shape: [4], batched: false };
  const initial = optimizer.slots(values);
  const slots = Object.fromEntries(
    Object.entries(initial).map(([name, start]) => [
      name,
      graph.state(name, type, { role: "slot", initial: start, of: "weight" }),
    ]),
  );
  const scalars = new Map<string, number>();
  const number = (argument: string, index?: number): Node => {
    const value =
      index === undefined ? values[argument] : (values[argument] as readonly number[])[index];
    scalars.set(`${argument} ${index}`, value as number);
    return graph.scalar(`${argument} ${index}`);
  };
  const context = {
    graph,
    parameter: graph.parameter("w", type),
    gradient: graph.input("g", type),
    rate: graph.scalar("rate"),
    step: graph.scalar("step"),
    slots,
    number,
    hosted: (_: string, formula: Node) => formula,
    values,
  };
  const result = optimizer.update(context);
  expect(Object.keys(result.slots).toSorted()).toEqual(Object.keys(initial).toSorted());
  const updates = new Map([["w", result.parameter], ...Object.entries(result.slots)]);
  return {
    initial,
    run: (state: ReadonlyMap<string, Float64Array>, rate: number, step: number) =>
      interpret(
        { outputs: new Map(), updates },
        { values: state, scalars: new Map([...scalars, ["rate", rate], ["step", step]]), rows: 1 },
      ).updates,
  };
}

test.each(cases.map((each) => [each.name, each.arguments, each] as const))(
  "%s %j takes PyTorch's path for 100 steps of a falling rate",
  (name, written, each) => {
    const { initial, run } = stepper(
      library.find("optimizer", name) as OptimizerDefinition,
      written as Written,
    );
    let state = new Map<string, Float64Array>([
      ["w", Float64Array.from(each.start)],
      ...Object.entries(initial).map(
        ([slot, value]) => [slot, new Float64Array(4).fill(value)] as const,
      ),
    ]);
    const path: number[] = [];
    for (let step = 1; step <= 100; step++) {
      const g = gradientOf(state.get("w")!, step);
      state = new Map(run(new Map([...state, ["g", g]]), each.base * (1 - step / 200), step));
      path.push(...state.get("w")!);
    }
    expectClose(path, each.path, { relative: 1e-8, absolute: 1e-10 });
  },
);

test("every optimiser has a frozen path", () => {
  const frozen = new Set(cases.map((each) => each.name));
  expect(ofSingleWeights.map((each) => each.name).filter((name) => !frozen.has(name))).toEqual([]);
});

const falling = (step: number) => 0.02 / step;

test("the two momentum forms take one path at a constant rate, and different ones under a schedule", () => {
  const sgd = library.find("optimizer", "sgd") as OptimizerDefinition;
  const endOf = (form: string, rateAt: (step: number) => number) => {
    const { run } = stepper(sgd, { momentum: 0.9, form });
    let state: ReadonlyMap<string, Float64Array> = new Map([
      ["w", Float64Array.of(1, 1, 1, 1)],
      ["velocity", new Float64Array(4)],
    ]);
    for (let step = 1; step <= 50; step++)
      state = run(
        new Map([...state, ["g", gradientOf(state.get("w")!, step)]]),
        rateAt(step),
        step,
      );
    return state.get("w")!;
  };
  expectClose(
    endOf("velocity", () => 0.02),
    endOf("displacement", () => 0.02),
  );
  expect(
    Math.abs(endOf("velocity", falling)[0]! - endOf("displacement", falling)[0]!),
  ).toBeGreaterThan(1e-3);
});

test("plain gradient descent keeps no slots", () => {
  const sgd = library.find("optimizer", "sgd") as OptimizerDefinition;
  expect(sgd.slots(argumentsOf(sgd))).toEqual({});
  expect(sgd.slots(argumentsOf(sgd, { momentum: { schedule: [] } }))).toEqual({ velocity: 0 });
});

test.each(ofSingleWeights.map((each) => [each.name, each] as const))(
  "%s: a gradient of 0 at the start moves nothing and makes no NaN",
  (_, optimizer) => {
    const { initial, run } = stepper(optimizer, optimizer.name === "adamw" ? { decay: 0 } : {});
    const state = new Map([
      ["w", Float64Array.of(1, -1, 0, 2)],
      ["g", new Float64Array(4)],
      ...Object.entries(initial).map(
        ([slot, value]) => [slot, new Float64Array(4).fill(value)] as const,
      ),
    ]);
    expectClose(run(state, 0.1, 1).get("w")!, [1, -1, 0, 2]);
  },
);
