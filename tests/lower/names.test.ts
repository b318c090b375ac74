import { describe, expect, test } from "vitest";
import { InternalError } from "../../src/compiler/base/invariant.ts";
import { compileRun } from "../../src/compiler/compile.ts";
import { compileInspection } from "../../src/compiler/inspect.ts";
import { createBuilder } from "../../src/compiler/ir/make-builder.ts";
import { stateFor, type CompiledRun } from "../../src/compiler/plan/compiled.ts";
import { compileVerification } from "../../src/compiler/verification.ts";
import { programOf, runOf } from "../support/run-of.ts";

const data = "data Points { x: f32[B, feature: 3], y: f32[B, 2] }\n";

/** The names of the states in some roles. */
function named({ states }: CompiledRun, ...roles: readonly string[]): readonly string[] {
  return states.filter(({ role }) => roles.includes(role)).map(({ name }) => name);
}

function expectApart({ states, parameters }: CompiledRun): void {
  const names = [...states.map(({ name }) => name), ...parameters.map(({ path }) => path)];
  expect(names.toSorted()).toEqual([...new Set(names)].toSorted());
}

// Words that stand in names of states, results and inputs.
const words = [
  ...["monitor", "teacher", "gradient", "curvature", "value", "weight", "given", "average"],
  ...["averaged", "direction", "number", "rows", "loss", "objective", "count", "inputs", "initial"],
];

describe.each(words)("a layer called %s", (layer) => {
  const run = (settings: string) =>
    runOf(`${data}model Line(x: f32[B, feature: 3]) -> f32[B, 2] { return x -> dense(2) as ${layer} }
train Line on Points { loss: mean_squared_error(${layer}, y), ${settings} }`);

  test("its factors are factors, and sums over the epoch are sums", () => {
    const kfac = run("batch: 4, optimizer: kfac(0.1, momentum: 0.9)");
    const compiled = compileRun(kfac);
    expectApart(compiled);
    expect(named(compiled, "factor")).toEqual([
      `${layer}/inputs`,
      `${layer}/outputs`,
      `${layer}/inputs_inverse`,
      `${layer}/outputs_inverse`,
    ]);
    expect(named(compiled, "monitor")).toEqual(["monitor/loss", "monitor/count"]);
    expect(named(compiled, "slot")).toEqual([`${layer}.weight/velocity`, `${layer}.bias/velocity`]);
    const { mixed, handed } = compileVerification(kfac);
    expect([...mixed].toSorted()).toEqual(
      ["bias", "bias/velocity", "weight", "weight/velocity"].map((what) => `${layer}.${what}`),
    );
    expect(handed.map(({ name }) => name)).toEqual([
      `${layer}/inputs_inverse`,
      `${layer}/outputs_inverse`,
    ]);
  });

  test("averages, inspection and curvature as well", () => {
    const averaged = run("batch: 4, optimizer: adam(0.1), average: ema(0.9)");
    const compiled = compileRun(averaged);
    expectApart(compiled);
    expect(stateFor(compiled, "average", `${layer}.weight`)?.name).toBe(`${layer}.weight/averaged`);
    const { results } = compileInspection(averaged).inspected.plans.train;
    expect([...results.keys()]).toEqual([
      "loss",
      `value/${layer}`,
      `gradient/${layer}`,
      `weight/${layer}.weight`,
      `weight/${layer}.bias`,
    ]);
    const newton = compileRun(run("batch: all, optimizer: newton"), { rows: 4 });
    expect(named(newton, "direction")).toEqual([
      `${layer}.weight/direction`,
      `${layer}.bias/direction`,
    ]);
  });
});

/** A model of two numbers of its own, by their names. */
const ofTwo = (first: string, second: string, settings: string, more = ""): string => `
data Sea { along: f32[B, at: 1], level: f32[B, at: 1] }
${more}
model Surface(level: f32[B, at: 1]) -> f32[B, at: 1] {
  parameter ${first}: f32[at: 1] = values(1)
  parameter ${second}: f32[at: 1] = values(2)
  height = level + ${first} ^ 2 + ${second} ^ 4
  return height
}
train Surface on Sea { loss: mean_absolute_error(height, level), batch: 4, ${settings} }`;

describe("weights without a layer, whose paths are words", () => {
  test("gathered gradients stand beside gathered numbers of the same name", () => {
    const settings = "accumulate: 2, optimizer: sgd(0.1)";
    const compiled = compileRun(runOf(ofTwo("rows", "objective", settings)));
    expectApart(compiled);
    expect(named(compiled, "gathered").toSorted()).toEqual([
      ...["loss/gathered", "number:objective/gathered", "number:rows/gathered"],
      ...["objective/gathered", "rows/gathered"],
    ]);
    // By these names checkpoints know them.
    expect(named(compileRun(runOf(ofTwo("p", "q", settings))), "gathered")).toEqual(
      ["p", "q", "rows", "loss", "objective"].map((what) => `${what}/gathered`),
    );
  });

  test.each([
    ["monitor", "loss"],
    ["gradient", "velocity"],
    ["curvature", "velocity"],
    ["gradient", "averaged"],
    ["teacher", "velocity"],
  ])("%s and %s: a step, its verification and its averages", (first, second) => {
    const run = runOf(
      ofTwo(first, second, "optimizer: sgd(0.1, momentum: 0.9), average: ema(0.9)"),
    );
    const verification = compileVerification(run);
    expectApart(verification.compiled);
    expect(named(verification.compiled, "slot", "average", "monitor")).toEqual([
      ...[`${first}/velocity`, `${second}/velocity`],
      ...[`${first}/averaged`, `${second}/averaged`],
      ...["monitor/loss", "monitor/count"],
    ]);
    expect([...verification.response.updates.keys()].toSorted()).toEqual(
      [first, second].flatMap((path) => [path, `${path}/averaged`, `${path}/velocity`]).toSorted(),
    );
  });

  test("a weight called teacher, and a teacher whose weight is called like what is remembered of it", () => {
    const program = programOf(
      ofTwo(
        ...(["teacher", "p", "optimizer: sgd(0.1, momentum: 0.9), teacher: Taught"] as const),
        `model Master(level: f32[B, at: 1]) -> f32[B, at: 1] {
  parameter velocity: f32[at: 1] = values(1)
  told = level + velocity ^ 2
  return told
}
train Master on Sea as Taught { loss: mean_absolute_error(told, level), batch: 4, optimizer: sgd(0.1) }`,
      ).replace("mean_absolute_error(height, level)", "mean_absolute_error(height, teacher.told)"),
    );
    const compiled = compileRun(program.runs.find(({ model }) => model.name === "Surface")!);
    expectApart(compiled);
    expect(named(compiled, "slot")).toEqual(["teacher/velocity", "p/velocity"]);
    expect(compiled.states.filter(({ role }) => role === "teacher")).toEqual([
      { name: "teacher:velocity", shape: [1], initial: 0, role: "teacher", of: "velocity" },
    ]);
  });
});

test("a state has one meaning", () => {
  const graph = createBuilder();
  const type = { shape: [2], batched: false };
  const made = graph.state("m", type, { role: "slot", initial: 0, of: "w" });
  expect(graph.state("m", type, { role: "slot", initial: 0, of: "w" })).toBe(made);
  expect(graph.stateCalled("m")).toBe(made);
  expect(() => graph.state("m", type, { role: "monitor", initial: 0, of: "w" })).toThrow(
    InternalError,
  );
  expect(() => graph.state("m", type, { role: "slot", initial: 1, of: "w" })).toThrow(
    InternalError,
  );
});
