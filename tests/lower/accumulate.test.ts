import { describe, expect, test } from "vitest";
import { compileRun } from "../../src/compiler/compile.ts";
import type { Bindings } from "../../src/compiler/ir/interpret.ts";
import { interpretNode } from "../../src/compiler/ir/interpret.ts";
import type { CompiledRun } from "../../src/compiler/plan/compiled.ts";
import cases from "../fixtures/accumulate.json" with { type: "json" };
import { interpret } from "../support/every-backend.ts";
import { runOf } from "../support/run-of.ts";

/** Ten rows of two numbers, drawn once, and their targets. */
const rows = Array.from({ length: 10 }, (_, row) => [Math.sin(3 * row + 1), Math.cos(2 * row)]);
const targets = rows.map(([a, b]) => 0.7 * a! - 1.3 * b! + 0.2 * a! * b!);
const weights = new Map([
  ["first.weight", Float64Array.of(0.4, -0.3, 0.8, 0.1, -0.6, 0.5)],
  ["first.bias", Float64Array.of(0.1, -0.2, 0.05)],
  ["last.weight", Float64Array.of(0.7, -0.4, 0.9)],
  ["last.bias", Float64Array.of(-0.1)],
]);

const compiled = (settings: string, rules = ""): CompiledRun =>
  compileRun(
    runOf(`
data Points { x: f32[B, feature: 2], y: f32[B, 1] }
model Net(x: f32[B, feature: 2]) -> f32[B, 1] {
  return x -> dense(3) as first -> tanh as hidden -> dense(1) as last
  ${rules}
}
train Net on Points { loss: mean_squared_error(last, y), ${settings} }`),
  );

type Values = Bindings["values"];

/** Everything that a training starts from. */
function startOf({ states }: CompiledRun): Values {
  const first = states.map(
    ({ name, shape, initial }) =>
      [name, new Float64Array(shape.reduce((a, b) => a * b, 1)).fill(initial)] as const,
  );
  return new Map<string, Float64Array | Float32Array>([...weights, ...first]);
}

/** One call of the step's graph with some of the rows. */
function call(
  run: CompiledRun,
  before: Values,
  [from, to]: readonly [number, number],
  step: number,
  told: Readonly<Record<string, number>> = {},
): { readonly values: Values; readonly loss: number } {
  const clock = new Map([
    ["step", step],
    ["steps_per_epoch", 2],
    ["total_steps", 8],
  ] as const);
  const hosted = [...run.schedules].map(
    ([name, formula]) =>
      [
        name,
        told[name] ?? interpretNode(formula, { values: new Map(), scalars: clock, rows: 1 })[0]!,
      ] as const,
  );
  const bindings: Bindings = {
    values: new Map<string, Float64Array | Float32Array>([
      ...before,
      ["x", Float64Array.from(rows.slice(from, to).flat() as number[])],
      ["y", Float64Array.from(targets.slice(from, to))],
    ]),
    scalars: new Map([...clock, ...hosted]),
    rows: to - from,
  };
  const { outputs, updates } = interpret(run.graphs.train, bindings);
  return { values: new Map([...before, ...updates]), loss: outputs.get("loss")![0]! };
}

/** Updates out of batches by the numbers that the loop gives. */
function gathered(
  run: CompiledRun,
  groups: readonly (readonly (readonly [number, number])[])[],
): ReturnType<typeof call> {
  let now = { values: startOf(run), loss: Number.NaN };
  for (const [index, batches] of groups.entries())
    for (const [place, batch] of batches.entries())
      now = call(run, now.values, batch, index + 1, {
        accumulate_begins: place === 0 ? 1 : 0,
        accumulate_ends: place === batches.length - 1 ? 1 : 0,
      });
  return now;
}

/** Two updates of batches of 4, 4 and 2 rows: of the first two, and of the short one that is left; then of all three. */
const groups = [
  [
    [0, 4],
    [4, 8],
  ],
  [[8, 10]],
  [
    [0, 4],
    [4, 8],
    [8, 10],
  ],
] as const;
const whole = [
  [0, 8],
  [8, 10],
  [0, 10],
] as const;

const l2 = "for weights { regularize: l2(0.3) }";
const onValues = "for activations(hidden) { regularize: l1(0.2) }";
const settings: readonly (readonly [string, string])[] = [
  ["optimizer: sgd(0.1)", ""],
  ["optimizer: sgd(0.1, momentum: 0.9, nesterov: on)", l2],
  ["optimizer: adam(0.05)", `${l2}\n  ${onValues}`],
  ["optimizer: adamw(0.05, decay: 0.1)", onValues],
  ["optimizer: rmsprop(0.02)", ""],
  ["optimizer: adagrad(0.1)", l2],
  ["optimizer: adadelta", ""],
  ["optimizer: adam(0.05), clip: norm(0.1)", l2],
  ["optimizer: sgd(0.5), clip: value(0.05)", onValues],
  ["optimizer: adam(0.05), schedule: warmup(2 steps) then cosine(to: 0)", ""],
  ["optimizer: sgd(0.3), average: ema(0.5)", ""],
  ["optimizer: sgd(0.3), stop: gradient_norm < 1e-9 * initial.gradient_norm", l2],
];

describe("an update of several batches is that of one batch of all their rows", () => {
  test.each(settings)("%s %s", (run, rules) => {
    const small = compiled(`batch: 4, accumulate: 3, ${run}`, rules);
    const large = compiled(`batch: 10, ${run}`, rules);
    let now = { values: startOf(large), loss: Number.NaN };
    for (const [index, batch] of whole.entries()) now = call(large, now.values, batch, index + 1);
    const found = gathered(small, groups);
    expect(found.loss).toBeCloseTo(now.loss, 12);
    for (const [name, expected] of now.values)
      for (const [index, value] of Array.from(expected).entries()) {
        // What is reported adds up losses of batches that met the same weights: in another order.
        expect(Array.from(found.values.get(name)!)[index], name).toBeCloseTo(value, 11);
      }
  });

  test("until it is whole nothing moves but what is gathered and counted", () => {
    const run = compiled("batch: 4, accumulate: 3, optimizer: adam(0.05), average: ema(0.5)", l2);
    const start = startOf(run);
    const { values } = call(run, start, [0, 4], 1, { accumulate_begins: 1, accumulate_ends: 0 });
    const moved = [...values].flatMap(([name, now]) =>
      Array.from(now).some((value, index) => value !== start.get(name)![index]) ? [name] : [],
    );
    expect(moved.toSorted()).toEqual(
      [
        ...[...weights.keys()].map((name) => `${name}/gathered`),
        ...["rows", "loss", "objective"].map((name) => `${name}/gathered`),
        ...["monitor/loss", "monitor/count"],
      ].toSorted(),
    );
  });

  test("what was gathered before does not reach the next update, whatever it was", () => {
    const run = compiled("batch: 4, accumulate: 3, optimizer: sgd(0.1)");
    const spoilt = new Map(
      [...startOf(run)].map(([name, values]) => [
        name,
        name.endsWith("/gathered") ? new Float64Array(values.length).fill(Number.NaN) : values,
      ]),
    );
    const told = { accumulate_begins: 1, accumulate_ends: 1 };
    const [clean, after] = [startOf(run), spoilt].map((values) =>
      call(run, values, [0, 4], 1, told).values.get("first.weight"),
    );
    expect(after).toEqual(clean);
  });

  test("the same numbers as PyTorch, which scales the loss of each batch by its share of the rows", () => {
    expect(cases.length).toBeGreaterThan(3);
    for (const { run, rules, updates } of cases) {
      const small = compiled(`batch: 4, accumulate: 3, ${run}`, rules);
      for (const [count, expected] of updates.entries()) {
        const { values } = gathered(small, groups.slice(0, count + 1));
        for (const [name, numbers] of Object.entries(expected))
          for (const [index, number] of numbers.entries())
            expect(Array.from(values.get(name)!)[index], `${run} ${name}`).toBeCloseTo(number, 9);
      }
    }
  });
});

test("`accumulate: 1` is a run without it", () => {
  const [plain, one] = ["", ", accumulate: 1"].map((more) =>
    compiled(`batch: 4, optimizer: adam(0.05), clip: norm(1)${more}`),
  ) as [CompiledRun, CompiledRun];
  expect(one.plans.train).toEqual(plain.plans.train);
  expect(one.states).toEqual(plain.states);
});
