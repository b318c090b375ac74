import { describe, expect, test } from "vitest";
import { compileRun } from "../../src/compiler/compile.ts";
import { interpret, interpretNode } from "../../src/compiler/ir/interpret.ts";
import type { CompiledRun } from "../../src/compiler/plan/compiled.ts";
import cases from "../fixtures/averaging.json" with { type: "json" };
import { expectClose } from "../support/close.ts";
import { runOf } from "../support/run-of.ts";

const compiled = (average: string, layers = "dense(2) as fit"): CompiledRun =>
  compileRun(
    runOf(`
data Points { x: f32[B, feature: 3], y: f32[B, 2] }
model Line(x: f32[B, feature: 3]) -> f32[B, 2] { return x -> ${layers} }
train Line on Points { loss: mean_squared_error(fit, y), batch: 4, optimizer: sgd(0.1), average: ${average} }`),
  );

/** The share of each step of 6 epochs of 4 steps. */
function shares({ schedules }: CompiledRun, steps = 24): readonly number[] {
  return Array.from({ length: steps }, (_, index) => {
    const scalars = new Map([
      ["step", index + 1],
      ["steps_per_epoch", 4],
      ["total_steps", steps],
    ]);
    return interpretNode(schedules.get("average_share")!, {
      values: new Map(),
      scalars,
      rows: 1,
    })[0]!;
  });
}

/** What the average of a course of weights is after each step. */
function averaged(
  course: readonly (readonly number[])[],
  share: readonly number[],
): readonly (readonly number[])[] {
  let average = course[0]!.map(() => Number.MAX_VALUE);
  return course.map(
    (weights, index) =>
      (average = weights.map(
        (weight, place) => (1 - share[index]!) * average[place]! + share[index]! * weight,
      )),
  );
}

describe("averages of weights", () => {
  const ema = cases.filter((each) => each.kind === "ema");
  test.each(ema.map((each) => [each.decay!, each] as const))(
    "ema(%d) is PyTorch's AveragedModel after every step",
    (decay, { course, path }) => {
      expectClose(averaged(course!, shares(compiled(`ema(${decay})`))).flat(), path!.flat(), {
        relative: 1e-10,
        absolute: 1e-12,
      });
    },
  );

  test("swa(start: 50%) is PyTorch's AveragedModel, updated at the end of every epoch from the third on; the weights themselves before", () => {
    const { course, path } = cases.find((each) => each.kind === "swa")!;
    const share = shares(compiled("swa(start: 50%)"));
    expect(share.slice(12)).toEqual([0, 0, 0, 1 / 2, 0, 0, 0, 1 / 3, 0, 0, 0, 1 / 4]);
    const ends = averaged(course!, share).filter((_, index) => (index + 1) % 4 === 0);
    expectClose(ends.flat(), path!.flat(), { relative: 1e-10, absolute: 1e-12 });
  });

  test("swa(every: …) joins at its own interval, also in steps, also when the run ends between", () => {
    expect(shares(compiled("swa(start: 20%, every: 5 steps)"), 17)).toEqual([
      1,
      1,
      1,
      1,
      1,
      0,
      0,
      0,
      0,
      1 / 2,
      0,
      0,
      0,
      0,
      1 / 3,
      0,
      0,
    ]);
    expect(shares(compiled("swa(start: 0%, every: 2 epochs)"), 16)).toEqual([
      1,
      1,
      1,
      1,
      1,
      1,
      1,
      1,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      1 / 2,
    ]);
  });

  test("a step averages the weights after their update, and trains on from the weights", () => {
    const run = compiled("ema(0.9)");
    const draw = (seed: number, size: number) =>
      Float64Array.from({ length: size }, (_, index) => Math.sin(seed + index * 1.7));
    const values = new Map([
      ["x", draw(1, 12)],
      ["y", draw(2, 8)],
      ["fit.weight", draw(3, 6)],
      ["fit.bias", draw(4, 2)],
      ["fit.weight/averaged", draw(5, 6)],
      ["fit.bias/averaged", draw(6, 2)],
    ]);
    const states = run.states
      .filter(({ name }) => !values.has(name))
      .map(({ name, initial }) => [name, Float64Array.of(initial)] as const);
    const scalars = new Map([
      ["step", 7],
      ["rate", 0.1],
      ["average_share", 0.1],
    ]);
    const { updates } = interpret(run.graphs.train, {
      values: new Map([...values, ...states]),
      scalars,
      rows: 4,
    });
    const plain = interpret(
      compileRun({
        ...run.run,
        average: { kind: "swa", start: 0.5, every: { amount: 1, unit: "epoch" } },
      }).graphs.train,
      { values: new Map([...values, ...states]), scalars, rows: 4 },
    );
    for (const name of ["fit.weight", "fit.bias"]) {
      expect(updates.get(name)).toEqual(plain.updates.get(name));
      const expected = [...updates.get(name)!].map(
        (weight, index) => 0.9 * values.get(`${name}/averaged`)![index]! + 0.1 * weight,
      );
      expectClose(updates.get(`${name}/averaged`)!, expected, { relative: 1e-14 });
    }
  });

  test("running statistics are refreshed as by PyTorch's update_bn: the mean over the batches, short last batch included", () => {
    const each = cases.find(({ kind }) => kind === "statistics")!;
    const { graphs } = compiled(
      "swa",
      "dense(2) as first -> batch_norm(momentum: 0.3) as norm -> dropout(0.5) -> dense(2) as fit",
    );
    let values = new Map<string, Float64Array>([
      ["first.weight", Float64Array.from(each.weight!)],
      ["first.bias", Float64Array.from(each.bias!)],
      ["norm.mean", Float64Array.of(7, 7)],
      ["norm.variance", Float64Array.of(9, 9)],
    ]);
    for (const [batch, [from, rows]] of [
      [0, 4],
      [4, 4],
      [8, 2],
    ].entries()) {
      const x = Float64Array.from(each.x!.slice(from! * 3, (from! + rows!) * 3));
      const { updates } = interpret(graphs.statistics!, {
        values: new Map([...values, ["x", x]]),
        scalars: new Map([["batch_share", 1 / (batch + 1)]]),
        rows: rows!,
      });
      values = new Map([...values, ...updates]);
    }
    expectClose(values.get("norm.mean")!, each.mean!, { relative: 1e-10 });
    expectClose(values.get("norm.variance")!, each.variance!, { relative: 1e-10 });
  });
});
