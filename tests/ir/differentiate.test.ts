import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Node } from "../../src/compiler/ir/graph.ts";
import type { Bindings } from "../../src/compiler/ir/interpret.ts";
import { createBuilder } from "../../src/compiler/ir/make-builder.ts";
import { differentiate } from "../../src/compiler/passes/4-differentiate/differentiate.ts";
import { interpretNode } from "../support/every-backend.ts";
import { actualCount, gradientProblems } from "../support/gradient-check.ts";
import { leafTypes, randomNodes } from "../support/random-graph.ts";
import { randomArray } from "../support/random-numbers.ts";

test("the gradients of any graph equal central differences", () => {
  fc.assert(
    fc.property(
      fc.nat(1e6),
      fc.integer({ min: 1, max: 15 }),
      fc.integer({ min: 1, max: 4 }),
      (seed, length, rows) => {
        const operands = leafTypes.map((type, place) => ({
          type,
          values: randomArray(actualCount(type, rows), seed + place),
        }));
        const build = (
          ...[graph, leaves]: Parameters<Parameters<typeof gradientProblems>[0]["build"]>
        ): Node => {
          const nodes = randomNodes(graph, seed, length, true);
          const last = nodes.at(-1)!;
          return leaves.includes(last) ? graph.multiply(last, last) : last;
        };
        expect(
          gradientProblems({
            build,
            operands,
            rows,
            names: leafTypes.map((_, place) => `${place}`),
          }),
        ).toEqual([]);
      },
    ),
    { numRuns: 250, seed: 6 },
  );
});

const array = (...shape: number[]) => ({ shape, batched: false });
const bind = (values: Record<string, readonly number[]>, rows = 1): Bindings => ({
  values: new Map(Object.entries(values).map(([name, each]) => [name, Float64Array.from(each)])),
  scalars: new Map(),
  rows,
});

describe("closed forms", () => {
  test("squared error of a line: 2 (wx + b − y) x and 2 (wx + b − y), averaged over the rows that are there", () => {
    const g = createBuilder();
    const batch = { shape: [8], batched: true };
    const [x, y] = [g.input("x", batch), g.input("y", batch)];
    const [w, b] = [g.parameter("w", array()), g.parameter("b", array())];
    const error = g.subtract(g.add(g.multiply(w, x), b), y);
    const gradients = differentiate(g, g.mean(g.multiply(error, error)), [w, b]);
    const bindings = bind({ x: [1, 2, 3, 4], y: [2, 2, 2, 2], w: [2], b: [1] }, 4);
    expect([...interpretNode(gradients.get(w)!, bindings)]).toEqual([
      (2 * (1 * 1 + 3 * 2 + 5 * 3 + 7 * 4)) / 4,
    ]);
    expect([...interpretNode(gradients.get(b)!, bindings)]).toEqual([(2 * (1 + 3 + 5 + 7)) / 4]);
  });

  test("softmax cross-entropy: p − y", () => {
    const g = createBuilder();
    const logits = g.input("z", array(3));
    const loss = g.subtract(
      g.log(g.sum(g.exp(logits))),
      g.sum(g.multiply(logits, g.equal(g.iota(array(3), 0), 1))),
    );
    const powers = [1, 2, 3].map(Math.exp);
    const total = powers.reduce((sum, each) => sum + each, 0);
    const found = interpretNode(
      differentiate(g, loss, [logits]).get(logits)!,
      bind({ z: [1, 2, 3] }),
    );
    found.forEach((value, place) =>
      expect(value).toBeCloseTo(powers[place]! / total - (place === 1 ? 1 : 0), 12),
    );
  });

  test("twice: (x³)″ = 6x, and a convolution has no second derivative by x, but one by x and w", () => {
    const g = createBuilder();
    const x = g.input("x", array(1, 4, 1));
    const first = differentiate(g, g.sum(g.power(x, 3)), [x]).get(x)!;
    expect([
      ...interpretNode(differentiate(g, g.sum(first), [x]).get(x)!, bind({ x: [1, 2, 3, -1] })),
    ]).toEqual([6, 12, 18, -6]);
    const w = g.input("w", array(2, 1, 1));
    const window = { size: [2], stride: [1], dilation: [1], low: [0], high: [0] };
    const byX = differentiate(g, g.sum(g.convolve(x, w, window)), [x]).get(x)!;
    const bindings = bind({ x: [1, 2, 3, -1], w: [5, 7] });
    expect([...interpretNode(byX, bindings)]).toEqual([5, 12, 12, 7]);
    expect([...interpretNode(differentiate(g, g.sum(byX), [w]).get(w)!, bindings)]).toEqual([3, 3]);
    expect([...interpretNode(differentiate(g, g.sum(byX), [x]).get(x)!, bindings)]).toEqual([
      0, 0, 0, 0,
    ]);
  });
});

test("a gradient node carries the path of its layer and the role gradient", () => {
  const g = createBuilder();
  const w = g.parameter("h1.weight", array(2));
  const y = g.at({ path: "h1", role: "forward" }).tanh(w);
  const gradient = differentiate(g.at({ path: "loss", role: "loss" }), g.sum(y), [w]).get(w)!;
  expect(gradient.origin).toEqual({ path: "h1", role: "gradient" });
});

test("only a scalar has a gradient", () => {
  const g = createBuilder();
  const x = g.input("x", array(2));
  expect(() => differentiate(g, x, [x])).toThrow("only a scalar can be differentiated, not [2]");
});
