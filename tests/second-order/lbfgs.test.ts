import { describe, expect, test } from "vitest";
import { compileRun } from "../../src/compiler/compile.ts";
import { makeLbfgs } from "../../src/runtime/lbfgs.ts";
import type { Objective } from "../../src/runtime/minimizer.ts";
import fixtures from "../fixtures/second-order.json" with { type: "json" };
import { expectClose } from "../support/close.ts";
import { interpretedObjective } from "../support/interpreted-run.ts";
import { runOf } from "../support/run-of.ts";

const [rosenbrock, logistic] = fixtures as unknown as readonly {
  readonly history: number;
  readonly x: number[];
  readonly y: number[];
  readonly start: number[];
  readonly path: number[][];
  readonly evaluations: number[];
}[];

const valley = `data Sea {\n  along: f32[B, at: 1]\n  level: f32[B, at: 1]\n}
model Rosenbrock(level: f32[B, at: 1]) -> f32[B, at: 1] {
  parameter x: f32[at: 1] = values(-1.2)
  parameter y: f32[at: 1] = values(1)
  height = level + (1 - x) ^ 2 + 100 * (y - x ^ 2) ^ 2
  return height
}
train Rosenbrock on Sea { loss: mean_absolute_error(height, level), batch: all, optimizer: lbfgs }`;
const regression = `data D {\n  x: f32[B, px: 4]\n  y: class[B] of 3\n}
model Linear(x: f32[B, px: 4]) -> f32[B, 3] {
  return x -> dense(3) as fit
  for weights { regularize: l2(1e-2) }
}
train Linear on D { loss: cross_entropy(fit, y), batch: all, optimizer: lbfgs(history: 4) }`;

/** Each iteration's place, and how often it evaluated (the place where it starts counts, as PyTorch evaluates that again). */
async function walk(
  objective: Objective,
  {
    history,
    start,
    path,
  }: (typeof fixtures)[number] & { start: number[]; path: number[][]; history: number },
) {
  let evaluations = 0;
  const counted: Objective = {
    ...objective,
    evaluate: (point) => (evaluations++, objective.evaluate(point)),
  };
  const minimizer = makeLbfgs(start.length, { history });
  let place = await objective.evaluate(Float64Array.from(start));
  const found: number[][] = [];
  const counts: number[] = [];
  for (const _ of path) {
    evaluations = 1;
    place = await minimizer.next(counted, place, 1);
    found.push([...place.point]);
    counts.push(evaluations);
  }
  return { found, counts };
}

describe("L-BFGS takes PyTorch's path, place by place and evaluation by evaluation", () => {
  test.each([
    ["Rosenbrock", valley, rosenbrock!, 1, {}],
    ["logistic regression", regression, logistic!, 20, { x: logistic!.x, y: logistic!.y }],
  ] as const)("%s", async (_, text, fixture, rows, fields) => {
    const compiled = compileRun(runOf(text), { rows });
    const values = new Map(
      Object.entries({ level: [0], ...fields }).map(([name, numbers]) => [
        name,
        Float64Array.from(numbers),
      ]),
    );
    const { found, counts } = await walk(
      interpretedObjective(compiled, { values, rows }),
      fixture as never,
    );
    // Pairs are kept in 32 bits, so paths part slowly.
    const compared = 17;
    expectClose(found.slice(0, compared).flat(), fixture.path.slice(0, compared).flat(), {
      absolute: 2e-5,
      relative: 2e-5,
    });
    expect(counts.slice(0, compared)).toEqual(fixture.evaluations.slice(0, compared));
  });
});
