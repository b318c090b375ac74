import { describe, expect, test } from "vitest";
import { compileRun, OpenSize } from "../../src/compiler/compile.ts";
import { interpretNode } from "../../src/compiler/ir/interpret.ts";
import { nodesOf } from "../../src/compiler/ir/graph.ts";
import type { CompiledRun } from "../../src/compiler/plan/compiled.ts";
import type { TypedRun } from "../../src/compiler/typed/program.ts";
import { interpret } from "../support/every-backend.ts";
import { runOf } from "../support/run-of.ts";

/** y = w·x + b on one feature: gradients can be written down. Rows (1 → 3) and (2 → 1), w = 0.5, b = 0.25. */
const line = (settings: string, model = ""): TypedRun =>
  runOf(`
data Points { x: f32[B, feature: 1], y: f32[B, 1] }
model Line(x: f32[B, feature: 1]) -> f32[B, 1] { return x -> dense(1) as fit ${model} }
train Line on Points { loss: mean_squared_error(fit, y), batch: 4, ${settings} }`);
const residuals = [0.75 - 3, 1.25 - 1] as const;
const gradientOfWeight = residuals[0] * 1 + residuals[1] * 2; // d mean r² / dw = mean(2 r x) over two rows
const gradientOfBias = residuals[0] + residuals[1];

function step(run: TypedRun) {
  const compiled = compileRun(run);
  const states = compiled.states.map(
    ({ name, shape, initial }) =>
      [name, new Float64Array(shape.reduce((a, b) => a * b, 1)).fill(initial)] as const,
  );
  const values = new Map([
    ["x", Float64Array.of(1, 2)],
    ["y", Float64Array.of(3, 1)],
    ["fit.weight", Float64Array.of(0.5)],
    ["fit.bias", Float64Array.of(0.25)],
    ...states,
  ]);
  const clock = new Map([
    ["step", 1],
    ["steps_per_epoch", 1],
    ["total_steps", 20],
  ]);
  const hosted = [...compiled.schedules].map(
    ([name, formula]) =>
      [name, interpretNode(formula, { values: new Map(), scalars: clock, rows: 1 })[0]!] as const,
  );
  const { outputs, updates } = interpret(compiled.graphs.train, {
    values,
    scalars: new Map([["step", 1], ...hosted]),
    rows: 2,
  });
  const read = (name: string): number => (outputs.get(name) ?? updates.get(name))![0]!;
  return { compiled, outputs, updates, read };
}

describe("the training step", () => {
  test("loss, gradient and update are those of the formula, for a batch shorter than the capacity", () => {
    const { read } = step(line("optimizer: sgd(0.1)"));
    expect(read("loss")).toBeCloseTo((residuals[0] ** 2 + residuals[1] ** 2) / 2, 12);
    expect(read("fit.weight")).toBeCloseTo(0.5 - 0.1 * gradientOfWeight, 12);
    expect(read("fit.bias")).toBeCloseTo(0.25 - 0.1 * gradientOfBias, 12);
  });

  test("penalties join the objective, not the loss", () => {
    const { read } = step(line("optimizer: sgd(0.1)", "for weights { regularize: l2(0.2) }"));
    expect(read("objective") - read("loss")).toBeCloseTo((0.2 / 2) * 0.25, 12);
    expect(read("fit.weight")).toBeCloseTo(0.5 - 0.1 * (gradientOfWeight + 0.2 * 0.5), 12);
    expect(read("fit.bias")).toBeCloseTo(0.25 - 0.1 * gradientOfBias, 12);
  });

  test("a penalty on a value is the mean over the rows", () => {
    const { read } = step(
      line("optimizer: sgd(0.1)", "for activations(fit) { regularize: l1(0.4) }"),
    );
    expect(read("objective") - read("loss")).toBeCloseTo((0.4 * (0.75 + 1.25)) / 2, 12);
  });

  test("a penalty by a definition of the file", () => {
    const run = runOf(`
define cube(w, strength) = strength * abs(w) ^ 3
data Points { x: f32[B, feature: 1], y: f32[B, 1] }
model Line(x: f32[B, feature: 1]) -> f32[B, 1] {
  return x -> dense(1) as fit
  for weights { regularize: 2 * cube(0.1) }
}
train Line on Points { loss: mean_squared_error(fit, y), batch: 4, optimizer: sgd(0.1) }`);
    const { read } = step(run);
    expect(read("objective") - read("loss")).toBeCloseTo(2 * 0.1 * 0.125, 12);
  });

  test("clip: norm scales all gradients together, value cuts each", () => {
    const norm = Math.hypot(gradientOfWeight, gradientOfBias);
    const scaled = step(line("optimizer: sgd(0.1), clip: norm(0.5)"));
    expect(scaled.read("fit.weight")).toBeCloseTo(
      0.5 - (0.1 * gradientOfWeight * 0.5) / (norm + 1e-6),
      10,
    );
    const cut = step(line("optimizer: sgd(0.1), clip: value(0.3)"));
    expect(cut.read("fit.weight")).toBeCloseTo(0.5 + 0.1 * 0.3, 12);
  });

  test("the norm of the gradient is there when a condition watches it, and only then", () => {
    expect(step(line("optimizer: sgd(0.1)")).outputs.has("gradient_norm")).toBe(false);
    const { read } = step(line("optimizer: sgd(0.1), stop: gradient_norm < 1e-3"));
    expect(read("gradient_norm")).toBeCloseTo(Math.hypot(gradientOfWeight, gradientOfBias), 12);
  });

  test("rules: a multiple of the rate, a rate of its own, an optimiser of its own, frozen", () => {
    const slow = step(line("optimizer: sgd(0.1)", "for biases(fit) { lr: 0.5x }"));
    expect(slow.read("fit.bias")).toBeCloseTo(0.25 - 0.05 * gradientOfBias, 12);
    const own = step(line("optimizer: sgd(0.1)", "for biases(fit) { lr: 0.01 }"));
    expect([...own.compiled.schedules.keys()]).toEqual(["rate", "rate_2"]);
    expect(own.read("fit.bias")).toBeCloseTo(0.25 - 0.01 * gradientOfBias, 12);
    const other = step(line("optimizer: sgd(0.1)", "for biases(fit) { optimizer: adam(0.1) }"));
    expect(other.read("fit.bias")).toBeCloseTo(0.25 + 0.1, 6);
    expect(other.compiled.states.map(({ name }) => name)).toContain("fit.bias/mean");
    const frozen = step(line("optimizer: sgd(0.1)", "for biases(fit) { freeze: on }"));
    expect(frozen.updates.has("fit.bias")).toBe(false);
    expect(frozen.compiled.parameters.map(({ path, frozen: is }) => [path, is])).toEqual([
      ["fit.weight", false],
      ["fit.bias", true],
    ]);
  });

  test("the decay of an optimiser is for weights; a rule can ask for it elsewhere", () => {
    const plain = step(line("optimizer: adamw(0.1, decay: 0.3)"));
    const asked = step(line("optimizer: adamw(0.1, decay: 0.3)", "for biases(fit) { decay: 0.3 }"));
    expect(plain.read("fit.weight")).toBeCloseTo(0.5 * (1 - 0.1 * 0.3) + 0.1, 6);
    expect(plain.read("fit.bias")).toBeCloseTo(0.25 + 0.1, 6);
    expect(asked.read("fit.bias")).toBeCloseTo(0.25 * (1 - 0.1 * 0.3) + 0.1, 6);
  });

  test("monitors add up over steps and rows", () => {
    const { read } = step(line("optimizer: sgd(0.1), metrics: mae"));
    expect(read("monitor/count")).toBe(2);
    expect(read("monitor/loss")).toBeCloseTo(residuals[0] ** 2 + residuals[1] ** 2, 12);
  });
});

describe("evaluation and prediction", () => {
  const run = line("optimizer: sgd(0.1), metrics: (mae, r2)");
  const values = new Map([
    ["x", Float64Array.of(1, 2)],
    ["y", Float64Array.of(3, 1)],
    ["fit.weight", Float64Array.of(0.5)],
    ["fit.bias", Float64Array.of(0.25)],
  ]);

  test("sums over the rows, from which the host makes the metrics", () => {
    const compiled = compileRun(run);
    const { outputs } = interpret(compiled.graphs.evaluate, {
      values,
      scalars: new Map(),
      rows: 2,
    });
    const scalars = new Map([
      ["count", 2],
      ...[...outputs].map(([name, data]) => [name, data[0]!] as const),
    ]);
    const measured = compiled.metrics.map(
      ({ name, result }) =>
        [name, interpretNode(result, { values: new Map(), scalars, rows: 1 })[0]!] as const,
    );
    expect(measured.map(([name]) => name)).toEqual(["loss", "mae", "r2"]);
    const squares = residuals[0] ** 2 + residuals[1] ** 2;
    for (const [index, expected] of [squares / 2, (2.25 + 0.25) / 2, 1 - squares / 2].entries())
      expect(measured[index]![1]).toBeCloseTo(expected, 10);
  });

  test("prediction computes outputs alone, from inputs alone", () => {
    const { graphs } = compileRun(run);
    expect(
      nodesOf(graphs.predict).flatMap((node) =>
        node.op === "input" ? [node.attributes.name] : [],
      ),
    ).toEqual(["x"]);
    const [output] = interpret(graphs.predict, {
      values,
      scalars: new Map(),
      rows: 2,
    }).outputs.values();
    expect([...output!]).toEqual([0.75, 1.25]);
  });
});

describe("schedules", () => {
  const at = (compiled: CompiledRun, name: string, moment: number): number =>
    interpretNode(compiled.schedules.get(name)!, {
      values: new Map(),
      scalars: new Map([
        ["step", moment],
        ["steps_per_epoch", 10],
        ["total_steps", 100],
      ]),
      rows: 1,
    })[0]!;

  test("the parts of a sequence count their own steps, and begin where the part before ended", () => {
    const compiled = compileRun(
      line(
        "epochs: 10, optimizer: sgd(0.1), schedule: warmup(20 steps) then constant(3 epochs) then linear(to: 0)",
      ),
    );
    expect([1, 10, 20, 21, 50].map((moment) => at(compiled, "rate", moment))).toEqual(
      [0.005, 0.05, 0.1, 0.1, 0.1].map((rate) => expect.closeTo(rate, 12)),
    );
    expect(at(compiled, "rate", 76)).toBeCloseTo(0.05, 10);
  });

  test("a definition of the file is a factor of the rate", () => {
    const run = runOf(`
define halving(t, n) = 0.5 ^ floor((t - 1) / n)
data Points { x: f32[B, feature: 1], y: f32[B, 1] }
model Line(x: f32[B, feature: 1]) -> f32[B, 1] { return x -> dense(1) as fit }
train Line on Points { loss: mean_squared_error(fit, y), batch: 4, optimizer: sgd(0.1), schedule: halving(5) }`);
    const compiled = compileRun(run);
    expect([1, 5, 6, 11].map((moment) => at(compiled, "rate", moment))).toEqual([
      0.1, 0.1, 0.05, 0.025,
    ]);
  });

  test("a scheduled momentum is a scalar of its own", () => {
    const compiled = compileRun(
      line("optimizer: sgd(0.1, momentum: linear(2 epochs, from: 0.5, to: 0.9) then constant)"),
    );
    expect([...compiled.schedules.keys()]).toEqual(["rate", "momentum"]);
    expect(at(compiled, "momentum", 1)).toBeCloseTo(0.5, 10);
    expect(at(compiled, "momentum", 60)).toBeCloseTo(0.9, 1);
  });
});

describe("what is shared", () => {
  test("a shared layer is one set of weights, with random numbers of its own at each use", () => {
    const run = runOf(`
data Points { x: f32[B, c: 4], y: f32[B, c: 4] }
block Noisy(n)(x: f32[B, c]) -> f32[B, c: n] { return x -> dense(n) as inner -> dropout(0.5) }
model Twice(x: f32[B, c: 4]) -> f32[B, c: 4] { shared noisy = Noisy(4)  return x -> noisy -> noisy }
train Twice on Points { loss: mean_squared_error(output, y), batch: 4 }`);
    const compiled = compileRun(run);
    expect(compiled.parameters).toHaveLength(2);
    const streams = nodesOf(compiled.graphs.train).flatMap((node) =>
      node.op === "random" ? [node.attributes.stream] : [],
    );
    expect(new Set(streams).size).toBe(2);
  });

  test("a tied weight has no tensor of its own, and its gradient goes to the other", () => {
    const run = runOf(`
data Points { x: f32[B, c: 3] }
model Coder(x: f32[B, c: 3]) -> f32[B, c: 3] {
  return x -> dense(2, bias: off) as encode -> dense(3, bias: off, weight: transpose(encode.weight)) as decode
}
train Coder on Points { loss: mean_squared_error(decode, x), batch: 2, optimizer: sgd(1) }`);
    const compiled = compileRun(run);
    expect(compiled.parameters.map(({ path }) => path)).toEqual(["encode.weight"]);
    const weight = Float64Array.of(0.1, 0.2, -0.3, 0.4, 0.5, -0.6);
    const states = compiled.states.map(({ name }) => [name, Float64Array.of(0)] as const);
    const objective = (w: Float64Array): ReturnType<typeof interpret> =>
      interpret(compiled.graphs.train, {
        values: new Map([
          ["x", Float64Array.of(1, -1, 2, 0.5, 0.3, -0.7)],
          ["encode.weight", w],
          ...states,
        ]),
        scalars: new Map([
          ["step", 1],
          ["rate", 1],
        ]),
        rows: 2,
      });
    const { updates } = objective(weight);
    weight.forEach((value, index) => {
      const [up, down] = [1e-6, -1e-6].map(
        (shift) => objective(weight.with(index, value + shift)).outputs.get("loss")![0]!,
      );
      expect(value - updates.get("encode.weight")![index]!).toBeCloseTo((up! - down!) / 2e-6, 6);
    });
  });
});

describe("sizes that are open", () => {
  test("batch: all needs the number of rows", () => {
    const run = line("optimizer: sgd(0.1)");
    const all = { ...run, batch: "all" as const };
    expect(() => compileRun(all)).toThrow(OpenSize);
    expect(compileRun(all, { rows: 37 }).capacity).toBe(37);
  });

  test("a bounded dim needs a size", () => {
    const run = runOf(`
dim T in 1 .. 16
data Signals { x: f32[B, t: T, c: 2], y: f32[B, c: 2] }
model Net(x: f32[B, t: T, c: 2]) -> f32[B, c: 2] { return x -> conv(2, 3) -> avg_pool(over: t) -> dense(2) as fit }
train Net on Signals { loss: mean_squared_error(fit, y), batch: 2 }`);
    expect(() => compileRun(run)).toThrow(/leaves T open.*--set T=/);
    const compiled = compileRun(run, { dims: new Map([["T", 8]]) });
    expect(compiled.fields.map(({ shape }) => shape)).toEqual([[8, 2], [2]]);
  });
});
