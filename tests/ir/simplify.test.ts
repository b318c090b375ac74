import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createBuilder } from "../../src/compiler/ir/make-builder.ts";
import type { GraphBuilder } from "../../src/compiler/ir/builder.ts";
import { nodesOf, type Graph, type Node } from "../../src/compiler/ir/graph.ts";
import { interpret } from "../../src/compiler/ir/interpret.ts";
import { verify } from "../../src/compiler/ir/verify.ts";
import { differentiate } from "../../src/compiler/passes/4-differentiate/differentiate.ts";
import { simplify } from "../../src/compiler/passes/5-simplify/simplify.ts";
import { actualCount } from "../support/gradient-check.ts";
import { leafTypes, randomNodes } from "../support/random-graph.ts";
import { randomArray } from "../support/random-numbers.ts";

const named = (nodes: readonly Node[]): Graph => ({
  outputs: new Map(nodes.map((node, place) => [`${place}`, node])),
  updates: new Map(),
});

function run(graph: Graph, seed: number, rows: number): readonly Float64Array[] {
  const values = new Map(
    leafTypes.map((type, place) => [
      `${place}`,
      randomArray(actualCount(type, rows), seed + place),
    ]),
  );
  return [...interpret(graph, { values, scalars: new Map(), rows }).outputs.values()];
}

function expectSame(found: readonly Float64Array[], expected: readonly Float64Array[]): void {
  found.forEach((array, place) => {
    const scale = expected[place]!.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
    array.forEach((value, at) =>
      expect(Math.abs(value - expected[place]![at]!)).toBeLessThanOrEqual(1e-9 * scale),
    );
  });
}

const program = fc.record({
  seed: fc.nat(1e6),
  length: fc.integer({ min: 1, max: 40 }),
  rows: fc.integer({ min: 1, max: 4 }),
});

describe("any graph", () => {
  test("keeps its values when it is simplified, and is well formed before and after", () => {
    fc.assert(
      fc.property(program, ({ seed, length, rows }) => {
        const builder = createBuilder();
        const before = named(randomNodes(builder, seed, length).slice(-4));
        verify(before, "before simplify");
        const after = simplify(builder, before);
        verify(after, "after simplify");
        expectSame(run(after, seed, rows), run(before, seed, rows));
      }),
      { numRuns: 1500, seed: 1 },
    );
  });

  test("gives the same gradients when they are simplified", () => {
    fc.assert(
      fc.property(program, ({ seed, length, rows }) => {
        const builder = createBuilder();
        const nodes = randomNodes(builder, seed, length);
        const gradients = differentiate(
          builder,
          builder.sum(nodes.at(-1)!),
          nodes.slice(0, leafTypes.length),
        );
        const before = named([...gradients.values()]);
        verify(before, "after differentiate");
        const after = simplify(builder, before);
        verify(after, "after simplify");
        expectSame(run(after, seed, rows), run(before, seed, rows));
      }),
      { numRuns: 700, seed: 2 },
    );
  });

  test("is simplified all the way: once more changes nothing", () => {
    fc.assert(
      fc.property(program, ({ seed, length }) => {
        const builder = createBuilder();
        const before = named(randomNodes(builder, seed, length).slice(-2));
        const after = simplify(builder, before);
        const again = simplify(builder, after);
        expect([...again.outputs.values()]).toEqual([...after.outputs.values()]);
      }),
      { numRuns: 300, seed: 3 },
    );
  });
});

describe("each rule", () => {
  const matrix = { shape: [4, 3], batched: true };
  const vector = { shape: [3], batched: false };
  const builder = createBuilder();
  const x = builder.input("x", matrix);
  const y = builder.input("y", matrix);
  const v = builder.parameter("v", vector);
  const w = builder.parameter("w", { shape: [3, 2], batched: false });
  const t = builder.parameter("t", { shape: [2, 3, 4], batched: false });
  const s = builder.scalar("s");
  const unknown = builder.scalar("t");
  const simplified = (node: Node): Node => simplify(builder, named([node])).outputs.get("0")!;
  const spread = builder.broadcast(v, matrix, [1]);

  test.each<readonly [string, (graph: GraphBuilder) => Node, (graph: GraphBuilder) => Node]>([
    [
      "a repeated scalar next to an array",
      (g) => g.add(x, g.broadcast(s, matrix, [])),
      (g) => g.add(x, s),
    ],
    [
      "an elementwise function of repeated arrays",
      (g) => g.exp(g.multiply(spread, s)),
      (g) => g.broadcast(g.exp(g.multiply(v, s)), matrix, [1]),
    ],
    [
      "commuted operands",
      (g) => g.subtract(g.multiply(y, x), g.multiply(x, y)),
      (g) => g.subtract(g.multiply(x, y), g.multiply(x, y)),
    ],
    ["sums of numbers", (g) => g.subtract(g.add(g.add(2, x), 3), 1), (g) => g.add(x, 4)],
    [
      "products of numbers",
      (g) => g.divide(g.negate(g.multiply(x, 6)), 2),
      (g) => g.multiply(x, -3),
    ],
    ["adding a negative", (g) => g.add(x, g.negate(y)), (g) => g.subtract(x, y)],
    [
      "a product of negatives",
      (g) => g.multiply(g.negate(x), g.negate(y)),
      (g) => g.multiply(x, y),
    ],
    ["a negative difference", (g) => g.negate(g.subtract(x, y)), (g) => g.subtract(y, x)],
    [
      "zero times what is finite",
      (g) => g.multiply(g.iota(matrix, 1), 0),
      (g) => g.broadcast(0, matrix, []),
    ],
    ["zero times what may not be finite", (g) => g.multiply(x, 0), (g) => g.multiply(x, 0)],
    ["a selected indicator", (g) => g.select(g.less(x, y), 1, 0), (g) => g.less(x, y)],
    [
      "a selection inside a selection",
      (g) => g.select(x, g.select(x, y, s), unknown),
      (g) => g.select(x, y, unknown),
    ],
    ["a selection by a number", (g) => g.select(0, x, y), () => y],
    [
      "a ReLU, which stays",
      (g) => g.select(g.lessEqual(x, 0), 0, x),
      (g) => g.select(g.lessEqual(x, 0), 0, x),
    ],
    [
      "the mask of a ReLU's gradient",
      (g) => g.select(g.lessEqual(x, 0), 0, y),
      (g) => g.select(g.lessEqual(g.select(g.lessEqual(x, 0), 0, x), 0), 0, y),
    ],
    ["a slice of padding", (g) => g.slice(g.pad(x, [0, 1], [0, 1]), [0, 1], [4, 3]), () => x],
    [
      "a slice of a concatenation",
      (g) => g.slice(g.concatenate([x, y], 1), [0, 3], [4, 2]),
      (g) => g.slice(y, [0, 0], [4, 2]),
    ],
    ["the sum of a repeated array", (g) => g.sum(spread, [0]), (g) => g.multiply(v, g.rows())],
    [
      "the sum of a repeated number",
      (g) => g.sum(g.broadcast(s, matrix, [])),
      (g) => g.multiply(s, g.multiply(g.rows(), 3)),
    ],
    ["the maximum of a repeated array", (g) => g.max(spread, [0, 1]), (g) => g.max(v, [0])],
    ["the sum of a scaled array", (g) => g.sum(g.multiply(x, s)), (g) => g.multiply(s, g.sum(x))],
    ["a sum of sums", (g) => g.sum(g.sum(x, [1])), (g) => g.sum(x)],
    ["the sum of a transposed array", (g) => g.sum(g.transpose(w, [1, 0])), (g) => g.sum(w)],
    [
      "a transposed factor",
      (g) => g.contract(x, g.transpose(w, [1, 0]), "rk,nk->rn"),
      (g) => g.contract(x, w, "rk,kn->rn"),
    ],
    [
      "a factor turned round",
      (g) => g.contract(g.transpose(t, [2, 0, 1]), w, "dab,bc->adc"),
      (g) => g.contract(t, w, "abd,bc->adc"),
    ],
    [
      "a product turned round",
      (g) => g.transpose(g.contract(t, w, "abd,bc->adc"), [2, 0, 1]),
      (g) => g.contract(t, w, "abd,bc->cad"),
    ],
    [
      "a transposed product",
      (g) => g.transpose(g.contract(x, y, "rk,rn->kn"), [1, 0]),
      (g) => g.contract(x, y, "rk,rn->nk"),
    ],
    [
      "a repeated factor",
      (g) => g.contract(x, g.broadcast(1, { shape: [4, 2], batched: true }, []), "rk,rn->kn"),
      (g) => g.broadcast(g.sum(x, [0]), { shape: [3, 2], batched: false }, [0]),
    ],
    [
      "a product of repeated arrays",
      (g) =>
        g.sum(
          g.multiply(
            g.broadcast(x, { shape: [4, 3, 2], batched: true }, [0, 1]),
            g.broadcast(w, { shape: [4, 3, 2], batched: true }, [1, 2]),
          ),
          [1],
        ),
      (g) => g.contract(x, w, "ab,bc->ac"),
    ],
    ["double negation", (g) => g.negate(g.negate(x)), () => x],
    [
      "movements that undo each other",
      (g) => g.reshape(g.reshape(g.transpose(g.transpose(w, [1, 0]), [1, 0]), [6]), [3, 2]),
      () => w,
    ],
  ])("%s", (_name, from, to) => {
    expect(simplified(from(builder))).toBe(to(builder));
  });

  test("nodes that nothing uses are gone", () => {
    const graph = simplify(builder, named([builder.select(1, x, builder.exp(y))]));
    expect(nodesOf(graph)).toEqual([x]);
  });
});
