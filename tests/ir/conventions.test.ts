import { describe, expect, test } from "vitest";
import type { GraphBuilder } from "../../src/compiler/ir/builder.ts";
import type { Node } from "../../src/compiler/ir/graph.ts";
import { createBuilder } from "../../src/compiler/ir/make-builder.ts";
import { differentiate } from "../../src/compiler/passes/4-differentiate/differentiate.ts";
import { interpretNode } from "../support/every-backend.ts";

type Build = (graph: GraphBuilder, ...operands: Node[]) => Node;

function gradients(values: readonly (readonly number[])[], build: Build): number[][] {
  const graph = createBuilder();
  const operands = values.map((each, place) =>
    graph.input(`${place}`, { shape: [each.length], batched: false }),
  );
  const derived = differentiate(graph, graph.sum(build(graph, ...operands)), operands);
  const bound = new Map(values.map((each, place) => [`${place}`, Float64Array.from(each)]));
  return operands.map((operand) =>
    Array.from(
      interpretNode(derived.get(operand)!, { values: bound, scalars: new Map(), rows: 1 }),
      (value) => value + 0,
    ),
  );
}

function value(values: readonly (readonly number[])[], build: Build): number[] {
  const graph = createBuilder();
  const operands = values.map((each, place) =>
    graph.input(`${place}`, { shape: [each.length], batched: false }),
  );
  const bound = new Map(values.map((each, place) => [`${place}`, Float64Array.from(each)]));
  return Array.from(
    interpretNode(build(graph, ...operands), { values: bound, scalars: new Map(), rows: 1 }),
  );
}

describe("gradients where there is no derivative follow PyTorch", () => {
  test("maximum and minimum share a tie in halves", () => {
    expect(
      gradients(
        [
          [1, 2, 3],
          [1, 3, 2],
        ],
        (g, a, b) => g.maximum(a!, b!),
      ),
    ).toEqual([
      [0.5, 0, 1],
      [0.5, 1, 0],
    ]);
    expect(
      gradients(
        [
          [1, 2, 3],
          [1, 3, 2],
        ],
        (g, a, b) => g.minimum(a!, b!),
      ),
    ).toEqual([
      [0.5, 1, 0],
      [0.5, 0, 1],
    ]);
  });
  test("a maximum over an axis is shared equally among all that reach it", () => {
    expect(gradients([[3, 1, 3, 3]], (g, x) => g.max(x!, [0]))).toEqual([[1 / 3, 0, 1 / 3, 1 / 3]]);
  });
  test("a maximum over windows goes to the first, and overlapping windows add", () => {
    const window = { size: [2], stride: [1], dilation: [1], low: [0], high: [0] };
    expect(
      gradients([[2, 2, 5, 1]], (g, x) => g.windowMax(g.reshape(x!, [1, 4, 1]), window)),
    ).toEqual([[1, 0, 2, 0]]);
  });
  test("|x| has 0 at 0, and so has a ReLU that selects", () => {
    expect(gradients([[-2, 0, 2]], (g, x) => g.absolute(x!))).toEqual([[-1, 0, 1]]);
    expect(gradients([[-2, 0, 2]], (g, x) => g.select(g.less(0, x!), x!, 0))).toEqual([[0, 0, 1]]);
  });
  test("steps have 0 everywhere", () => {
    const steps: Build[] = [
      (g, x) => g.sign(x!),
      (g, x) => g.floor(x!),
      (g, x) => g.ceil(x!),
      (g, x) => g.less(x!, 1),
      (g, x) => g.lessEqual(x!, 1),
      (g, x) => g.equal(x!, 1),
    ];
    for (const step of steps) expect(gradients([[-1.5, 0, 1]], step)).toEqual([[0, 0, 0]]);
  });
  test("powers at 0: x⁰ is flat, and 0^y does not grow with y", () => {
    expect(
      gradients(
        [
          [0, 0, 2],
          [0, 2, 0],
        ],
        (g, a, b) => g.power(a!, b!),
      ),
    ).toEqual([
      [0, 0, 0],
      [0, 0, Math.log(2)],
    ]);
  });
  test("where no path leads, it is 0", () => {
    expect(
      gradients(
        [
          [1, 2],
          [3, 4],
        ],
        (g, a) => g.exp(g.multiply(a!, 0)),
      )[1],
    ).toEqual([0, 0]);
  });
});

describe("the branch not taken", () => {
  test("its value does not matter", () => {
    expect(value([[1, -1]], (g, x) => g.select(g.less(0, x!), g.log(x!), 7))).toEqual([0, 7]);
  });
  test("its gradient is NaN where 0 · ∞ arises inside, so lowerings clamp there", () => {
    const [unclamped] = gradients([[800]], (g, x) =>
      g.select(g.less(x!, 0), g.subtract(g.exp(x!), 1), x!),
    );
    const [clamped] = gradients([[800]], (g, x) =>
      g.select(g.less(x!, 0), g.subtract(g.exp(g.minimum(x!, 0)), 1), x!),
    );
    expect(unclamped).toEqual([NaN]);
    expect(clamped).toEqual([1]);
  });
});

describe("values", () => {
  test("sigmoid, tanh and erf do not overflow", () => {
    expect(value([[-1e4, 1e4]], (g, x) => g.sigmoid(x!))).toEqual([0, 1]);
    expect(value([[-1e4, 1e4]], (g, x) => g.tanh(x!))).toEqual([-1, 1]);
    expect(value([[-1e4, 1e4]], (g, x) => g.erf(x!))).toEqual([-1, 1]);
  });
  test("erf has the digits of the tables (Abramowitz and Stegun, table 7.1)", () => {
    const table = [
      [0, 0],
      [0.5, 0.5204998778],
      [1, 0.8427007929],
      [1.5, 0.966105146475],
      [2, 0.995322265019],
      [-1, -0.8427007929],
    ];
    value([table.map(([x]) => x!)], (g, x) => g.erf(x!)).forEach((found, place) =>
      expect(found).toBeCloseTo(table[place]![1]!, 10),
    );
  });
  test("modulo has the sign of the divisor", () => {
    expect(
      value(
        [
          [5, -5, 5, -5],
          [3, 3, -3, -3],
        ],
        (g, a, b) => g.modulo(a!, b!),
      ),
    ).toEqual([2, 1, -1, -2]);
  });
  test("maxima do not hide NaN", () => {
    expect(value([[1, NaN, 3]], (g, x) => g.max(x!, [0]))).toEqual([NaN]);
    expect(
      value(
        [
          [1, NaN],
          [NaN, 1],
        ],
        (g, a, b) => g.maximum(a!, b!),
      ),
    ).toEqual([NaN, NaN]);
  });
  test("comparisons with NaN are false, and any number but 0 is true", () => {
    expect(value([[NaN, -2, 0]], (g, x) => g.select(x!, 1, 0))).toEqual([1, 1, 0]);
    expect(
      value([[NaN]], (g, x) => g.add(g.add(g.less(x!, 1), g.lessEqual(1, x!)), g.equal(x!, x!))),
    ).toEqual([0]);
  });
  test("sums over the batch are over the rows that are there", () => {
    const graph = createBuilder();
    const x = graph.input("x", { shape: [4, 2], batched: true });
    const bindings = {
      values: new Map([["x", Float64Array.of(1, 2, 3, 4, 5, 6)]]),
      scalars: new Map<string, number>(),
      rows: 3,
    };
    expect([...interpretNode(graph.sum(x, [0]), bindings)]).toEqual([9, 12]);
    expect([...interpretNode(graph.mean(x), bindings)]).toEqual([3.5]);
    expect([...interpretNode(graph.contract(x, x, "rk,rn->kn"), bindings)]).toEqual([
      35, 44, 44, 56,
    ]);
    expect([...interpretNode(graph.sum(graph.iota(x.type, 0)), bindings)]).toEqual([6]);
    expect([...interpretNode(graph.rows(), bindings)]).toEqual([3]);
  });
});
