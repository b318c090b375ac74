import { describe, expect, test } from "vitest";
import { createBuilder } from "../../src/compiler/ir/make-builder.ts";
import { library } from "../../src/compiler/library/index.ts";
import type { RegularizerDefinition } from "../../src/compiler/library/definition.ts";
import { differentiate } from "../../src/compiler/passes/4-differentiate/differentiate.ts";
import { interpret } from "../support/every-backend.ts";
import { expectClose } from "../support/close.ts";
import { gradientProblems, randomOperand } from "../support/gradient-check.ts";
import { argumentsOf, type Written } from "../support/library-values.ts";

function run(
  name: string,
  written: Written,
  x: readonly number[],
  type: { shape: number[]; batched: boolean },
  rows = 1,
) {
  const regularizer = library.find("regularizer", name) as RegularizerDefinition;
  const graph = createBuilder();
  const operand = graph.input("x", type);
  const penalty = regularizer.penalty(
    graph,
    operand,
    argumentsOf(regularizer, written),
    type.shape.length - 1,
  );
  expect(penalty.type.shape).toEqual([]);
  const outputs = new Map([
    ["penalty", penalty],
    ["gradient", differentiate(graph, penalty, [operand]).get(operand)!],
  ]);
  const found = interpret(
    { outputs, updates: new Map() },
    { values: new Map([["x", Float64Array.from(x)]]), scalars: new Map(), rows },
  ).outputs;
  return { penalty: found.get("penalty")![0]!, gradient: found.get("gradient")! };
}

const w = [-3, -0.5, 0, 0.25, 2, 1e4];
const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);

// The closed forms of the lecture: each penalty and its gradient, weight by weight.
const closedForms = {
  l1: {
    written: { lambda: 0.3 },
    value: (v: number) => 0.3 * Math.abs(v),
    gradient: (v: number) => 0.3 * Math.sign(v),
  },
  l2: {
    written: { lambda: 0.3 },
    value: (v: number) => 0.15 * v * v,
    gradient: (v: number) => 0.3 * v,
  },
  elastic: {
    written: { l1: 0.2, l2: 0.6 },
    value: (v: number) => 0.2 * Math.abs(v) + 0.3 * v * v,
    gradient: (v: number) => 0.2 * Math.sign(v) + 0.6 * v,
  },
  weight_elimination: {
    written: { lambda: 0.3, w0: 0.5 },
    value: (v: number) => (0.15 * (v * v)) / 0.25 / (1 + (v * v) / 0.25),
    gradient: (v: number) => (0.3 * (v / 0.25)) / (1 + (v * v) / 0.25) ** 2,
  },
};

describe.each(Object.entries(closedForms))("%s", (name, { written, value, gradient }) => {
  test("of a weight: the sum, and its gradient", () => {
    const found = run(name, written, w, { shape: [2, 3], batched: false });
    expectClose([found.penalty], [sum(w.map(value))]);
    expectClose(found.gradient, w.map(gradient), { absolute: 1e-12, relative: 1e-9 });
  });

  test("of a value of the batch: the mean over the actual rows of each row's sum", () => {
    const found = run(name, written, w, { shape: [5, 2], batched: true }, 3);
    expectClose([found.penalty], [sum(w.map(value)) / 3]);
    expectClose(
      found.gradient,
      w.map((v) => gradient(v) / 3),
      { absolute: 1e-12, relative: 1e-9 },
    );
  });

  test("finite differences", () => {
    const regularizer = library.find("regularizer", name) as RegularizerDefinition;
    const operand = randomOperand({ shape: [4, 3], batched: true }, 3, { rows: 2 });
    expect(
      gradientProblems({
        build: (graph, [x]) => regularizer.penalty(graph, x!, argumentsOf(regularizer, written), 1),
        operands: [operand],
        rows: 2,
      }),
    ).toEqual([]);
  });
});

test("elastic with l1 = λ and l2 = 2λβ is the lecture's λ Σ (β w² + |w|)", () => {
  const [lambda, beta] = [0.01, 0.7];
  const found = run("elastic", { l1: lambda, l2: 2 * lambda * beta }, w, {
    shape: [6],
    batched: false,
  });
  expectClose([found.penalty], [lambda * sum(w.map((v) => beta * v * v + Math.abs(v)))]);
});

test("weight elimination is finite where w² overflows float32", () => {
  const found = run("weight_elimination", { lambda: 2 }, [3e38, -3e38], {
    shape: [2],
    batched: false,
  });
  expectClose([found.penalty, ...found.gradient], [2, 0, 0]);
});

describe("entropy", () => {
  const logits = [1, 2, 3, 0, 0, 0, 1e4, -1e4, 0];
  const entropyOf = (z: readonly number[]) => {
    const p = z.map((each) => Math.exp(each - Math.max(...z)));
    return -sum(
      p.map((each) => each / sum(p)).map((each) => (each === 0 ? 0 : each * Math.log(each))),
    );
  };
  const mean = sum([0, 3, 6].map((start) => entropyOf(logits.slice(start, start + 3)))) / 3;

  test("is added with the sign that `sense` says", () => {
    expectClose(
      [
        run(
          "entropy",
          { lambda: 0.5, sense: "minimize" },
          logits,
          { shape: [4, 3], batched: true },
          3,
        ).penalty,
      ],
      [0.5 * mean],
    );
    expectClose(
      [
        run(
          "entropy",
          { lambda: 0.5, sense: "maximize" },
          logits,
          { shape: [4, 3], batched: true },
          3,
        ).penalty,
      ],
      [-0.5 * mean],
    );
  });

  test("finite differences, at extreme logits too", () => {
    const regularizer = library.find("regularizer", "entropy") as RegularizerDefinition;
    const build = (
      graph: Parameters<RegularizerDefinition["penalty"]>[0],
      [x]: readonly Parameters<RegularizerDefinition["penalty"]>[1][],
    ) =>
      regularizer.penalty(
        graph,
        x!,
        argumentsOf(regularizer, { lambda: 0.5, sense: "maximize" }),
        1,
      );
    expect(
      gradientProblems({
        build,
        operands: [{ type: { shape: [3, 3], batched: true }, values: Float64Array.from(logits) }],
      }),
    ).toEqual([]);
  });
});

test("every regulariser has a test here", () => {
  expect(
    library
      .all("regularizer")
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual([...Object.keys(closedForms), "entropy"].toSorted());
});
