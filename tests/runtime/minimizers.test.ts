import { describe, expect, test } from "vitest";
import { makeBfgs } from "../../src/runtime/bfgs.ts";
import { cholesky, invertCholesky, solveCholesky } from "../../src/runtime/cholesky.ts";
import { makeLbfgs } from "../../src/runtime/lbfgs.ts";
import { dot, type Minimizer, type Objective, type Place } from "../../src/runtime/minimizer.ts";
import { makeNewton } from "../../src/runtime/newton.ts";
import { searchStrongWolfe } from "../../src/runtime/strong-wolfe.ts";
import { expectClose } from "../support/close.ts";
import { randomArray } from "../support/random-numbers.ts";

/** An objective from a function and its gradient, with the number of evaluations. */
function objectiveOf(
  value: (x: Float64Array) => number,
  gradient: (x: Float64Array) => readonly number[],
  hessian?: (x: Float64Array) => readonly (readonly number[])[],
) {
  let latest = new Float64Array();
  const counted = { evaluations: 0 };
  const objective: Objective = {
    evaluate: async (point) => {
      counted.evaluations++;
      latest = point.slice();
      return { point: latest, value: value(point), gradient: Float64Array.from(gradient(point)) };
    },
    curvature: async (direction) =>
      Float64Array.from(hessian!(latest).map((row) => dot(row, direction))),
  };
  return { objective, counted };
}

/** A symmetric positive definite matrix. */
function positive(size: number, seed: number): Float64Array {
  const a = randomArray(size * size, seed, -1, 1);
  return Float64Array.from({ length: size * size }, (_, place) => {
    const [row, column] = [Math.floor(place / size), place % size];
    let sum = row === column ? 0.1 : 0;
    for (let k = 0; k < size; k++) sum += a[row * size + k]! * a[column * size + k]!;
    return sum;
  });
}

describe("Cholesky", () => {
  test.each([1, 2, 5, 20])("of %i × %i: L Lᵀ = A, A x = b, A A⁻¹ = I", (size) => {
    const a = positive(size, size);
    const factor = cholesky(a, size)!;
    const times = (matrix: Float64Array, vector: Float64Array) =>
      vector.map((_, row) => dot(matrix.subarray(row * size, (row + 1) * size), vector));
    const transposed = factor.map(
      (_, place) => factor[(place % size) * size + Math.floor(place / size)]!,
    );
    const b = randomArray(size, 9);
    expectClose(times(factor, times(transposed, b)), times(a, b), {
      relative: 1e-10,
      absolute: 1e-12,
    });
    expectClose(times(a, solveCholesky(factor, b)), b, { absolute: 1e-8 });
    const inverse = invertCholesky(factor, size);
    expectClose(times(a, times(inverse, b)), b, { absolute: 1e-8 });
    expectClose(
      inverse,
      inverse.map((_, place) => inverse[(place % size) * size + Math.floor(place / size)]!),
      { absolute: 0 },
    );
  });

  test("a matrix that is not positive definite has none", () => {
    expect(cholesky(Float64Array.of(1, 2, 2, 1), 2)).toBeUndefined();
    expect(cholesky(Float64Array.of(0), 1)).toBeUndefined();
    expect(cholesky(Float64Array.of(Number.NaN), 1)).toBeUndefined();
  });
});

describe("a search for the strong Wolfe conditions", () => {
  const courses: Readonly<Record<string, readonly [(t: number) => number, (t: number) => number]>> =
    {
      parabola: [(t) => (t - 3) ** 2, (t) => 2 * (t - 3)],
      quartic: [(t) => (t - 1) ** 4 - t / 10, (t) => 4 * (t - 1) ** 3 - 0.1],
      waves: [
        (t) => Math.sin(5 * t) / 5 - 1.5 * t + t * t * 0.02,
        (t) => Math.cos(5 * t) - 1.5 + 0.04 * t,
      ],
      "a wall at 2": [
        (t) => (t < 2 ? -t - Math.log(2 - t) * 0.1 : Number.NaN),
        (t) => (t < 2 ? -1 + 0.1 / (2 - t) : Number.NaN),
      ],
      exponential: [(t) => Math.exp(t) - 20 * t, (t) => Math.exp(t) - 20],
      // Moré and Thuente 1994, the first of their functions.
      flat: [(t) => -t / (t * t + 2), (t) => (t * t - 2) / (t * t + 2) ** 2],
    };
  const all = Object.keys(courses).flatMap((name) =>
    [1e-3, 0.1, 1, 10, 1e3].map((first) => [name, first] as const),
  );
  test.each(all)("along %s, trying %d first", async (name, first) => {
    const [f, slope] = courses[name]!;
    const { objective, counted } = objectiveOf(
      (x) => f(x[0]!),
      (x) => [slope(x[0]!)],
    );
    const from = await objective.evaluate(Float64Array.of(0));
    const found = await searchStrongWolfe(objective, from, Float64Array.of(1), first);
    const t = found.point[0]!;
    expect(t).toBeGreaterThan(0);
    expect(found.value).toBeLessThanOrEqual(f(0) + 1e-4 * t * slope(0));
    expect(Math.abs(slope(t))).toBeLessThanOrEqual(0.9 * Math.abs(slope(0)));
    expect(counted.evaluations).toBeLessThanOrEqual(27);
  });

  test("where nothing is lower it gives the place where it began", async () => {
    const { objective } = objectiveOf(
      (x) => Math.abs(x[0]!),
      (x) => [Math.sign(x[0]!) || 1],
    );
    const from = await objective.evaluate(Float64Array.of(0));
    expect(await searchStrongWolfe(objective, from, Float64Array.of(-1), 1)).toBe(from);
  });
});

async function minimize(
  minimizer: Minimizer,
  objective: Objective,
  start: Float64Array,
  most: number,
): Promise<readonly Place[]> {
  const places = [await objective.evaluate(start)];
  for (let count = 0; count < most; count++) {
    const next = await minimizer.next(objective, places.at(-1)!, 1);
    if (next === places.at(-1)) break;
    places.push(next);
  }
  return places;
}

describe("on a quadratic function of 12 numbers", () => {
  const size = 12;
  const a = positive(size, 3);
  const row = (index: number) => a.subarray(index * size, (index + 1) * size);
  const gradient = (x: Float64Array) => Array.from(x, (_, index) => dot(row(index), x) - 1);
  const { objective } = objectiveOf(
    (x) =>
      0.5 *
        dot(
          x,
          gradient(x).map((value) => value + 1),
        ) -
      x.reduce((sum, value) => sum + value, 0),
    gradient,
    () => Array.from({ length: size }, (_, index) => [...row(index)]),
  );
  const least = solveCholesky(cholesky(a, size)!, new Float64Array(size).fill(1));
  const start = randomArray(size, 4);

  test("Newton's method without damping is there in one step", async () => {
    const [, first] = await minimize(makeNewton(size, { damping: 0 }), objective, start, 1);
    expectClose(first!.point, least, { absolute: 1e-7 });
  });
  test.each([
    ["lbfgs", () => makeLbfgs(size, { history: 20 })],
    ["lbfgs with two pairs", () => makeLbfgs(size, { history: 2 })],
    ["bfgs", () => makeBfgs(size)],
  ] as const)("%s comes to the lowest point, always downwards", async (_, make) => {
    const places = await minimize(make(), objective, start, 400);
    expectClose(places.at(-1)!.point, least, { absolute: 1e-3 });
    for (const [index, place] of places.entries())
      if (index > 0)
        expect(place.value - places[index - 1]!.value).toBeLessThan(1e-6 * Math.abs(place.value));
  });
  test("after a step BFGS satisfies the secant equation: its inverse Hessian takes the change of the gradient to the step", async () => {
    const minimizer = makeBfgs(size);
    const places = await minimize(minimizer, objective, start, 9);
    const [from, to] = places.slice(-2) as [Place, Place];
    const [saved] = minimizer.save();
    const change = to.gradient.map((value, index) => value - from.gradient[index]!);
    const step = to.point.map((value, index) => value - from.point[index]!);
    expectClose(
      step.map((_, index) => dot(saved!.values.subarray(index * size, (index + 1) * size), change)),
      step,
      { absolute: 1e-5 },
    );
    expectClose(
      saved!.values,
      saved!.values.map(
        (_, place) => saved!.values[(place % size) * size + Math.floor(place / size)]!,
      ),
      { absolute: 0 },
    );
  });
});

describe("what a method remembers", () => {
  const { objective } = objectiveOf(
    ([x, y]) => (1 - x!) ** 2 + 100 * (y! - x! * x!) ** 2,
    ([x, y]) => [-2 * (1 - x!) - 400 * x! * (y! - x! * x!), 200 * (y! - x! * x!)],
  );
  test.each([
    ["lbfgs", () => makeLbfgs(2, { history: 3 })],
    ["bfgs", () => makeBfgs(2)],
  ] as const)(
    "%s goes on from what was saved as if it had not been interrupted",
    async (_, make) => {
      const whole = await minimize(make(), objective, Float64Array.of(-1.2, 1), 12);
      const first = make();
      const begun = await minimize(first, objective, Float64Array.of(-1.2, 1), 5);
      const second = make();
      second.restore(new Map(first.save().map((tensor) => [tensor.name, tensor])));
      let place = begun.at(-1)!;
      for (let step = 6; step <= 12; step++) {
        place = await second.next(objective, place, 1);
        expect([...place.point]).toEqual([...whole[step]!.point]);
      }
    },
  );

  test("before the first step there is nothing to remember", () => {
    for (const minimizer of [
      makeLbfgs(2, { history: 3 }),
      makeBfgs(2),
      makeNewton(2, { damping: 0 }),
    ]) {
      expect(minimizer.save()).toEqual([]);
      minimizer.restore(new Map());
    }
  });
});

test("a gradient of 0 ends every method where it stands", async () => {
  const { objective } = objectiveOf(
    () => 1,
    () => [0, 0],
    () => [
      [0, 0],
      [0, 0],
    ],
  );
  for (const minimizer of [
    makeLbfgs(2, { history: 3 }),
    makeBfgs(2),
    makeNewton(2, { damping: 1 }),
  ])
    expect(await minimize(minimizer, objective, Float64Array.of(1, 2), 3)).toHaveLength(1);
});

test("a Hessian that is not finite sends Newton's method down the gradient, and it ends", async () => {
  const { objective } = objectiveOf(
    (x) => x[0]! ** 2,
    (x) => [2 * x[0]!],
    () => [[Number.NaN]],
  );
  const [, next] = await minimize(
    makeNewton(1, { damping: 1e-4 }),
    objective,
    Float64Array.of(1),
    1,
  );
  expect(next!.value).toBeLessThan(1);
});
