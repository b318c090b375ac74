import { expect, test } from "vitest";
import { interpret } from "../../src/compiler/ir/interpret.ts";
import { observe } from "./backends.ts";
import { cases, compileCase } from "./cases.ts";
import { examineSpec } from "./examine.ts";
import { bindingsOf, compileSpec, problemOf } from "./problem.ts";

test.each(Object.entries(cases))(
  "%s: gradients and losses on every backend",
  { timeout: 600_000 },
  async (_, each) => {
    const examined = await examineSpec(compileCase(each), 1, each.rows, {
      examiners: ["slope", "wasm", "2 threads", "3 threads", "cpu"],
    });
    expect(examined).toMatchObject({ verdict: "fine" });
  },
);

// A division by 49 was made a multiplication by its rounded reciprocal, and 27 came out as 26.
test.each([56, 108])(
  "regions of fractional pooling over %i places begin where whole numbers say",
  async (places) => {
    const spec = compileSpec(`
data D { x: f32[B, t: ${places}, c: 1], y: class[B] of 2 }
model M(x: f32[B, t: ${places}, c: 1]) -> f32[B, t: ${Math.floor(places / 1.1)}, c: 1] {
  seen = x -> fractional_max_pool(1.1)
  score = seen -> flatten -> dense(2)
  return seen
}
train M on D { loss: cross_entropy(score, y), batch: 2, optimizer: sgd(0.1, momentum: 0.9) }`);
    const problem = problemOf(spec, 1, [2]);
    const rising = Float64Array.from({ length: 2 * places }, (_, place) => place % places);
    const steps = [
      { ...problem.steps[0]!, fields: new Map([...problem.steps[0]!.fields, ["x", rising]]) },
    ];
    const kept = Math.floor(places / 1.1);
    const start = (twice: number): number => Math.floor((twice * (places - 2)) / (2 * (kept - 1)));
    const ends = Array.from({ length: kept }, (_, place) => start(2 * place + 1) - start(1) + 1);
    const given = { ...problem, steps };
    const { outputs } = interpret(
      spec.compiled.graphs.predict,
      bindingsOf(given, steps[0]!, given.variables),
    );
    for (const found of [
      [...outputs.values()][0]!,
      [...(await observe(given, "wasm"))].find(([name]) => name.startsWith("predict/"))![1],
      [...(await observe(given, "cpu"))].find(([name]) => name.startsWith("predict/"))![1],
    ])
      expect([...found]).toEqual([...ends, ...ends]);
  },
);
