import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { compileRun } from "../../src/compiler/compile.ts";
import { interpret } from "../../src/compiler/ir/interpret.ts";
import { makeBfgs } from "../../src/runtime/bfgs.ts";
import { makeLbfgs } from "../../src/runtime/lbfgs.ts";
import type { Minimizer } from "../../src/runtime/minimizer.ts";
import { makeNewton } from "../../src/runtime/newton.ts";
import { firstStates, hostScalars, interpretedObjective } from "../support/interpreted-run.ts";
import { expectClose } from "../support/close.ts";
import { runOf } from "../support/run-of.ts";

// The surfaces of examples/surfaces.nnspec, with other optimisers.
const example = readFileSync("examples/surfaces.nnspec", "utf8");
const declarations = example.slice(example.indexOf("data Sea"), example.indexOf("recipe Descent"));
type Surface = "Rosenbrock" | "Ravine" | "Saddle";
const level = new Map([["level", Float64Array.of(0)]]);

function compiled(surface: Surface, optimizer: string, settings = "") {
  return compileRun(
    runOf(
      `${declarations}\ntrain ${surface} on Sea { loss: mean_absolute_error(height, level), batch: all, optimizer: ${optimizer}, ${settings} }`,
    ),
    { rows: 1 },
  );
}

const starts: Readonly<Record<Surface, readonly [number, number]>> = {
  Rosenbrock: [-1.2, 1],
  Ravine: [1, 1],
  Saddle: [1, 0.01],
};
const heights: Readonly<Record<Surface, (x: number, y: number) => number>> = {
  Rosenbrock: (x, y) => (1 - x) ** 2 + 100 * (y - x * x) ** 2,
  Ravine: (x, y) => 0.5 * (x * x + 100 * y * y),
  Saddle: (x, y) => 0.5 * x * x - 0.5 * y * y + 0.25 * y ** 4 + 0.25,
};
const slopes: Readonly<Record<Surface, (x: number, y: number) => readonly [number, number]>> = {
  Rosenbrock: (x, y) => [-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)],
  Ravine: (x, y) => [x, 100 * y],
  Saddle: (x, y) => [x, y ** 3 - y],
};
const lowest: Readonly<Record<Surface, readonly [number, number]>> = {
  Rosenbrock: [1, 1],
  Ravine: [0, 0],
  Saddle: [0, 1],
};

/** The places of `steps` training steps in float64. */
function walk(
  surface: Surface,
  optimizer: string,
  steps: number,
  settings = `epochs: ${steps}`,
): readonly (readonly [number, number])[] {
  const run = compiled(surface, optimizer, settings);
  let values = new Map([
    ...firstStates(run),
    ...level,
    ["x", Float64Array.of(starts[surface][0])],
    ["y", Float64Array.of(starts[surface][1])],
  ]);
  const places: (readonly [number, number])[] = [];
  for (let step = 1; step <= steps; step++) {
    const { updates } = interpret(run.graphs.train, {
      values,
      scalars: hostScalars(run, step, steps),
      rows: 1,
    });
    values = new Map([...values, ...updates]);
    places.push([values.get("x")![0]!, values.get("y")![0]!]);
  }
  return places;
}

describe("the surfaces are the formulas", () => {
  test.each(["Rosenbrock", "Ravine", "Saddle"] as const)("%s", async (surface) => {
    const objective = interpretedObjective(compiled(surface, "lbfgs"), { values: level, rows: 1 });
    for (const [x, y] of [
      [-1.2, 1],
      [0.5, 0.3],
      [2, -1],
    ] as const) {
      const place = await objective.evaluate(Float64Array.of(x, y));
      expectClose([place.value], [heights[surface](x, y)], { relative: 1e-12 });
      expectClose([...place.gradient], [...slopes[surface](x, y)], {
        absolute: 1e-12,
        relative: 1e-12,
      });
    }
  });
});

// Every optimiser of single weights: where it ends, and how near to the lowest point. Adadelta has no rate that could fall: where
// the gradient has no noise it goes on swinging across a ravine.
const reached: readonly (readonly [Surface, string, steps: number, tolerance: number])[] = [
  ["Rosenbrock", "sgd(0.001)", 30000, 1e-2],
  ["Rosenbrock", "sgd(0.0005, momentum: 0.95)", 6000, 1e-3],
  ["Rosenbrock", "sgd(0.0005, momentum: 0.95, form: displacement)", 6000, 1e-3],
  ["Rosenbrock", "sgd(0.0005, momentum: 0.95, nesterov: on)", 6000, 1e-3],
  ["Rosenbrock", "adagrad(0.5)", 8000, 2e-2],
  ["Rosenbrock", "rmsprop(0.001)", 8000, 3e-2],
  ["Rosenbrock", "adadelta(epsilon: 1e-8)", 10000, 0.1],
  ["Rosenbrock", "adam(0.01)", 6000, 1e-3],
  ["Rosenbrock", "adamw(0.01, decay: 0)", 6000, 1e-3],
  ["Ravine", "sgd(0.015)", 1000, 1e-5],
  ["Ravine", "sgd(0.015, momentum: 0.8)", 400, 1e-5],
  ["Ravine", "sgd(0.015, momentum: 0.8, form: displacement)", 400, 1e-5],
  ["Ravine", "sgd(0.01, momentum: 0.8, nesterov: on)", 400, 1e-5],
  ["Ravine", "adagrad(0.5)", 400, 1e-5],
  ["Ravine", "rmsprop(0.001)", 2000, 1e-2],
  ["Ravine", "adadelta", 2000, 0.05],
  ["Ravine", "adam(0.01)", 3000, 1e-4],
  ["Ravine", "adamw(0.01, decay: 0)", 3000, 1e-4],
  ["Saddle", "sgd(0.1)", 400, 1e-5],
  ["Saddle", "sgd(0.1, momentum: 0.9)", 600, 1e-5],
  ["Saddle", "sgd(0.1, momentum: 0.9, form: displacement)", 600, 1e-5],
  ["Saddle", "sgd(0.1, momentum: 0.9, nesterov: on)", 600, 1e-5],
  ["Saddle", "adagrad(0.5)", 400, 1e-4],
  ["Saddle", "rmsprop(0.001)", 4000, 1e-2],
  ["Saddle", "adadelta", 2000, 1e-5],
  ["Saddle", "adam(0.01)", 4000, 1e-4],
  ["Saddle", "adamw(0.01, decay: 0)", 4000, 1e-4],
];

describe("the lowest point is reached", () => {
  test.each(reached)("on %s by %s within %i steps", (surface, optimizer, steps, tolerance) => {
    const [x, y] = walk(surface, optimizer, steps).at(-1)!;
    const distance = Math.hypot(x - lowest[surface][0], y - lowest[surface][1]);
    expect(distance).toBeLessThan(tolerance);
  });

  const methods: Readonly<Record<string, () => Minimizer>> = {
    lbfgs: () => makeLbfgs(2, { history: 10 }),
    bfgs: () => makeBfgs(2),
    newton: () => makeNewton(2, { damping: 1e-4 }),
  };
  test.each(
    Object.keys(methods).flatMap((name) =>
      (["Rosenbrock", "Ravine", "Saddle"] as const).map((surface) => [surface, name] as const),
    ),
  )("on %s by %s within 50 iterations", async (surface, name) => {
    const objective = interpretedObjective(compiled(surface, name), { values: level, rows: 1 });
    const minimizer = methods[name]!();
    let place = await objective.evaluate(Float64Array.from(starts[surface]));
    let iterations = 0;
    for (let before; before !== place && iterations < 50; iterations++) {
      before = place;
      place = await minimizer.next(objective, place, 1);
      expect(place.value).toBeLessThanOrEqual(before.value * (1 + 1e-6));
    }
    expectClose([...place.point], [...lowest[surface]], { absolute: 1e-6 });
    expect(Math.hypot(...place.gradient)).toBeLessThan(1e-5);
  });
});

test("Newton's method leaves the neighbourhood of a saddle, where the pure step would be drawn into it", async () => {
  const objective = interpretedObjective(compiled("Saddle", "newton"), { values: level, rows: 1 });
  const near = await objective.evaluate(Float64Array.of(0.05, 0.01));
  // The pure Newton step x − f″⁻¹ f′ from here: y − (y³ − y) / (3y² − 1), nearer to the saddle at 0.
  const pure = 0.01 - (1e-6 - 0.01) / (3e-4 - 1);
  expect(Math.abs(pure)).toBeLessThan(0.001);
  const next = await makeNewton(2, { damping: 1e-4 }).next(objective, near, 1);
  expect(Math.abs(next.point[1]!)).toBeGreaterThan(0.1);
});

describe("the paths are those of the formulas, step by step", () => {
  const rules: Readonly<
    Record<string, (memory: { v: number; s: number }, g: number, rate: number, t: number) => number>
  > = {
    "sgd(0.001)": (_, g, rate) => -rate * g,
    "sgd(0.001, momentum: 0.9)": (memory, g, rate) => (
      (memory.v = 0.9 * memory.v + g),
      -rate * memory.v
    ),
    "sgd(0.001, momentum: 0.9, form: displacement)": (memory, g, rate) =>
      (memory.v = 0.9 * memory.v - rate * g),
    // In the rewritten variable: −ρ v_old + (1 + ρ) v.
    "sgd(0.001, momentum: 0.9, form: displacement, nesterov: on)": (memory, g, rate) => {
      const old = memory.v;
      memory.v = 0.9 * old - rate * g;
      return -0.9 * old + 1.9 * memory.v;
    },
    "sgd(0.001, momentum: 0.9, nesterov: on)": (memory, g, rate) => (
      (memory.v = 0.9 * memory.v + g),
      -rate * (g + 0.9 * memory.v)
    ),
    "adam(0.01)": (memory, g, rate, t) => {
      memory.v = 0.9 * memory.v + 0.1 * g;
      memory.s = 0.999 * memory.s + 0.001 * g * g;
      return (
        (-rate * (memory.v / (1 - 0.9 ** t))) / (Math.sqrt(memory.s / (1 - 0.999 ** t)) + 1e-8)
      );
    },
  };
  const rateOf = (optimizer: string): number => Number(/\(([\d.]+)/.exec(optimizer)![1]);

  function byHand(
    surface: Surface,
    optimizer: string,
    steps: number,
    factor: (t: number) => number,
  ) {
    let [x, y] = starts[surface];
    const memories = [
      { v: 0, s: 0 },
      { v: 0, s: 0 },
    ] as const;
    return Array.from({ length: steps }, (_, index): readonly [number, number] => {
      const rate = rateOf(optimizer) * factor(index + 1);
      const [gx, gy] = slopes[surface](x, y);
      x += rules[optimizer]!(memories[0], gx, rate, index + 1);
      y += rules[optimizer]!(memories[1], gy, rate, index + 1);
      return [x, y];
    });
  }

  const every = Object.keys(rules).flatMap((optimizer) =>
    (["Rosenbrock", "Ravine", "Saddle"] as const).map((surface) => [optimizer, surface] as const),
  );
  test.each(every)("%s on %s", (optimizer, surface) => {
    expectClose(
      walk(surface, optimizer, 200).flat(),
      byHand(surface, optimizer, 200, () => 1).flat(),
      { absolute: 1e-9, relative: 1e-9 },
    );
  });
  test.each(every)("%s on %s, with a rate that falls to a half", (optimizer, surface) => {
    const found = walk(
      surface,
      optimizer,
      200,
      "epochs: 200, schedule: step(at: 100 steps, factor: 0.5)",
    ).flat();
    expectClose(found, byHand(surface, optimizer, 200, (t) => (t <= 100 ? 1 : 0.5)).flat(), {
      absolute: 1e-9,
      relative: 1e-9,
    });
  });

  test("the two forms of momentum part when the rate falls, and by as much as the old rate is carried on", () => {
    const fall = "epochs: 40, schedule: step(at: 20 steps, factor: 0.1)";
    const velocity = walk("Ravine", "sgd(0.001, momentum: 0.9)", 40, fall);
    const displacement = walk("Ravine", "sgd(0.001, momentum: 0.9, form: displacement)", 40, fall);
    expectClose(velocity.slice(0, 20).flat(), displacement.slice(0, 20).flat(), {
      absolute: 1e-12,
      relative: 1e-12,
    });
    // At the first step of the lower rate displacement still makes 0.9 of its last step, velocity a tenth of that.
    const last = velocity[19]![0] - velocity[18]![0];
    const gap = velocity[20]![0] - displacement[20]![0];
    expectClose([gap], [-0.9 * 0.9 * last], { relative: 1e-9 });
  });
});
