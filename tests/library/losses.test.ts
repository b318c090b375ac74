import { expect, test } from "vitest";
import { createBuilder } from "../../src/compiler/ir/make-builder.ts";
import { library } from "../../src/compiler/library/index.ts";
import type { LossDefinition } from "../../src/compiler/library/definition.ts";
import { differentiate } from "../../src/compiler/passes/4-differentiate/differentiate.ts";
import frozenCases from "../fixtures/losses.json" with { type: "json" };
import distillation from "../fixtures/distillation.json" with { type: "json" };
import secondOrder from "../fixtures/second-order.json" with { type: "json" };
import { interpret } from "../support/every-backend.ts";
import { expectClose } from "../support/close.ts";
import { gradientProblems, randomOperand } from "../support/gradient-check.ts";
import { argumentsOf, type Written } from "../support/library-values.ts";

const cases = [
  ...frozenCases,
  ...(distillation as unknown as typeof frozenCases),
  ...(secondOrder.filter(({ name }) => name === "kl") as unknown as typeof frozenCases),
];
const losses = library.all("loss") as readonly LossDefinition[];

function run(
  loss: LossDefinition,
  written: Written,
  output: readonly number[],
  shape: readonly number[],
  target: readonly number[],
  targetShape: readonly number[],
  factors?: readonly number[],
) {
  const graph = createBuilder();
  const prediction = graph.input("output", { shape, batched: true });
  const right = graph.input("target", { shape: targetShape, batched: true });
  const value = loss.perExample(graph, [prediction, right], argumentsOf(loss, written));
  const sum = graph.sum(graph.multiply(value, graph.input("factors", value.type)));
  const outputs = new Map([
    ["value", value],
    ["gradient", differentiate(graph, sum, [prediction]).get(prediction)!],
  ]);
  const count = value.type.shape.reduce((product, size) => product * size, 1);
  const values = new Map([
    ["output", Float64Array.from(output)],
    ["target", Float64Array.from(target)],
    ["factors", Float64Array.from(factors ?? Array.from({ length: count }, () => 1))],
  ]);
  return {
    shape: value.type.shape,
    outputs: interpret(
      { outputs, updates: new Map() },
      { values, scalars: new Map(), rows: shape[0]! },
    ).outputs,
  };
}

test.each(cases.map((each) => [each.name, each.arguments, each] as const))(
  "%s %j as PyTorch, one number an example, and its gradient",
  (name, written, each) => {
    const loss = library.find("loss", name) as LossDefinition;
    const { outputs } = run(
      loss,
      written as Written,
      each.output,
      each.shape,
      each.target,
      each.targetShape,
      each.weights,
    );
    expectClose(outputs.get("value")!, each.perExample);
    expectClose(outputs.get("gradient")!, each.gradient);
  },
);

test("every loss has frozen values", () => {
  const frozen = new Set(cases.map((each) => each.name));
  expect(losses.map((each) => each.name).filter((name) => !frozen.has(name))).toEqual([]);
});

const soft = {
  type: { shape: [3, 4], batched: true },
  values: Float64Array.from([0.1, 0.2, 0.3, 0.4, 1, 0, 0, 0, 0.25, 0.25, 0.25, 0.25]),
};
const labels = {
  type: { shape: [3], batched: true },
  values: Float64Array.from([2, 0, 3]),
  fixed: true,
};

test.each(losses.map((each) => [each.name, each] as const))(
  "%s: finite differences, near and far",
  (_, loss) => {
    const takesLabels = loss.operands[1]!.accepts === "classes";
    for (const scale of [1, 1000]) {
      const operand = randomOperand({ shape: [3, 4], batched: true }, 5, {
        low: -2 * scale,
        high: 2 * scale,
      });
      // t log t has no finite slope at 0, so the targets of `kl` stay where they are.
      const operands = takesLabels
        ? [operand, labels]
        : [operand, { ...soft, fixed: loss.name === "kl" }];
      const build = (
        graph: Parameters<LossDefinition["perExample"]>[0],
        nodes: Parameters<LossDefinition["perExample"]>[1],
      ) => loss.perExample(graph, nodes, argumentsOf(loss));
      expect(gradientProblems({ build, operands })).toEqual([]);
    }
  },
);

test("cross-entropy accepts distributions, and its gradient reaches them", () => {
  const loss = library.find("loss", "cross_entropy") as LossDefinition;
  const operand = randomOperand({ shape: [3, 4], batched: true }, 5);
  const target = { ...soft, values: soft.values.map((value) => value * 0.9 + 0.025) };
  expect(
    gradientProblems({
      build: (graph, nodes) => loss.perExample(graph, nodes, argumentsOf(loss, { smoothing: 0.2 })),
      operands: [operand, target],
    }),
  ).toEqual([]);
});

test("an infinitely unlikely other class does no harm", () => {
  const loss = library.find("loss", "cross_entropy") as LossDefinition;
  const { outputs } = run(loss, {}, [0, 0, -Infinity], [1, 3], [1], [1]);
  expectClose(outputs.get("value")!, [Math.log(2)]);
});

test("the first loss of an undecided classifier is log C", () => {
  const loss = library.find("loss", "cross_entropy") as LossDefinition;
  const { outputs } = run(
    loss,
    {},
    Array.from({ length: 10 }, () => 0.3),
    [1, 10],
    [4],
    [1],
  );
  expectClose(outputs.get("value")!, [Math.log(10)]);
});

test("kl is 0 and flat at its target, and elsewhere cross-entropy less the entropy of the target", () => {
  const target = [0.1, 0.2, 0.3, 0.4];
  const [kl, crossEntropy] = ["kl", "cross_entropy"].map(
    (name) => library.find("loss", name) as LossDefinition,
  ) as [LossDefinition, LossDefinition];
  const there = run(kl, {}, target.map(Math.log), [1, 4], target, [1, 4]).outputs;
  expectClose(there.get("value")!, [0], { absolute: 1e-15 });
  expectClose(there.get("gradient")!, [0, 0, 0, 0], { absolute: 1e-15 });
  const logits = [1, -1, 2, 0.5];
  const entropy = -target.reduce((sum, t) => sum + t * Math.log(t), 0);
  const [divergence, entropyAcross] = [kl, crossEntropy].map(
    (loss) => run(loss, {}, logits, [1, 4], target, [1, 4]).outputs.get("value")![0]!,
  );
  expectClose([divergence!], [entropyAcross! - entropy]);
});
