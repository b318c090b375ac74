import { describe, expect, test } from "vitest";
import type { GraphBuilder } from "../../src/compiler/ir/builder.ts";
import type { Node } from "../../src/compiler/ir/graph.ts";
import { createBuilder } from "../../src/compiler/ir/make-builder.ts";

const graph = createBuilder();
const batch = graph.input("x", { shape: [4, 3], batched: true });
const column = graph.input("c", { shape: [4], batched: true });
const plain = graph.parameter("p", { shape: [4, 3], batched: false });
const weight = graph.parameter("w", { shape: [3, 2], batched: false });
const row = graph.parameter("v", { shape: [3], batched: false });
const s = graph.scalar("s");

describe("equal nodes are one node", () => {
  test("whatever the origin, which is that of the first", () => {
    const first = graph.at({ path: "h1", role: "forward" }).tanh(batch);
    const second = graph.at({ path: "h2", role: "gradient" }).tanh(batch);
    expect(second).toBe(first);
    expect(second.origin).toEqual({ path: "h1", role: "forward" });
  });
  test("but 0 and −0 are two numbers, and attributes are compared by value", () => {
    expect(graph.constant(-0)).not.toBe(graph.constant(0));
    expect(graph.sum(batch, [1, 0])).toBe(graph.sum(batch));
    expect(graph.make("iota", [], { axis: 0, type: { batched: false, shape: [3] } })).toBe(
      graph.iota({ shape: [3], batched: false }, 0),
    );
  });
  test("a node of another builder is refused", () => {
    expect(() => createBuilder().exp(batch)).toThrow(
      "an operand of exp comes from another builder",
    );
  });
});

describe("cheap identities are folded", () => {
  test.each<readonly [string, (g: GraphBuilder) => Node, Node]>([
    ["numbers", (g) => g.add(g.multiply(2, 3), g.sqrt(4)), graph.constant(8)],
    ["x + 0", (g) => g.add(batch, 0), batch],
    ["0 + x", (g) => g.add(0, batch), batch],
    ["x − 0", (g) => g.subtract(batch, 0), batch],
    ["1 · x", (g) => g.multiply(1, batch), batch],
    ["x / 1", (g) => g.divide(batch, 1), batch],
    ["−1 · x", (g) => g.multiply(batch, -1), graph.negate(batch)],
    ["−(−x)", (g) => g.negate(g.negate(batch)), batch],
    ["x²", (g) => g.power(batch, 2), graph.multiply(batch, batch)],
    ["x^½", (g) => g.power(batch, 0.5), graph.sqrt(batch)],
    ["x⁰", (g) => g.power(batch, 0), graph.broadcast(1, batch.type, [])],
    ["a repeated 1", (g) => g.multiply(batch, g.broadcast(1, batch.type, [])), batch],
    [
      "a scalar plus repeated zeros keeps the shape",
      (g) => g.add(s, g.broadcast(0, batch.type, [])),
      graph.broadcast(s, batch.type, []),
    ],
    ["the same branch twice", (g) => g.select(s, batch, batch), batch],
    ["a known condition", (g) => g.select(g.less(1, 2), batch, s), batch],
    ["a reshape to the same shape", (g) => g.reshape(g.reshape(batch, [4, 3, 1]), [4, 3]), batch],
    ["a transposition and back", (g) => g.transpose(g.transpose(weight, [1, 0]), [1, 0]), weight],
    ["a whole slice", (g) => g.slice(weight, [0, 0], [3, 2]), weight],
    ["no padding", (g) => g.pad(weight, [0, 0], [0, 0]), weight],
    ["one part", (g) => g.concatenate([weight], 0), weight],
    ["a sum over no axes", (g) => g.sum(weight, []), weight],
    [
      "broadcast of broadcast",
      (g) =>
        g.broadcast(
          g.broadcast(row, plain.type, [1]),
          { shape: [2, 4, 3], batched: false },
          [1, 2],
        ),
      graph.broadcast(row, { shape: [2, 4, 3], batched: false }, [2]),
    ],
  ])("%s", (_name, build, expected) => {
    expect(build(graph)).toBe(expected);
  });
  test("but nothing that is not a number: the graph computes it", () => {
    expect(graph.log(-1).op).toBe("log");
    expect(graph.divide(1, 0).op).toBe("divide");
    expect(graph.multiply(batch, 0).op).toBe("multiply");
  });
});

describe("types", () => {
  test("an elementwise operation repeats scalars only", () => {
    expect(graph.add(batch, s).type).toEqual(batch.type);
    expect(graph.select(s, 1, batch).type).toEqual(batch.type);
    expect(() => graph.add(batch, row)).toThrow(
      "elementwise operands must have one type, or be scalars, not [4*, 3], [3]",
    );
    expect(() => graph.add(batch, plain)).toThrow("elementwise operands must have one type");
  });
  test("means divide by the actual rows", () => {
    expect(graph.mean(batch, [0])).toBe(graph.divide(graph.sum(batch, [0]), graph.rows()));
    expect(graph.mean(batch)).toBe(graph.divide(graph.sum(batch), graph.multiply(graph.rows(), 3)));
    expect(graph.mean(batch, [1])).toBe(graph.divide(graph.sum(batch, [1]), 3));
  });
  test("spread undoes a reduction", () => {
    expect(graph.spread(graph.sum(batch, [1]), batch.type, [1])).toBe(
      graph.broadcast(graph.sum(batch, [1]), batch.type, [0]),
    );
    expect(graph.spread(graph.sum(batch), batch.type, [0, 1]).type).toEqual(batch.type);
  });
  test("the batch is lost by summing over it, and only so", () => {
    expect(graph.sum(batch, [0]).type).toEqual({ shape: [3], batched: false });
    expect(graph.contract(batch, batch, "rk,rn->kn").type).toEqual({
      shape: [3, 3],
      batched: false,
    });
    expect(graph.contract(batch, weight, "rk,kn->rn").type).toEqual({
      shape: [4, 2],
      batched: true,
    });
  });
});

describe("the batch axis stays first and whole", () => {
  test.each<readonly [string, () => unknown, string]>([
    ["reshape", () => graph.reshape(batch, [12]), "loses its batch axis"],
    ["transpose", () => graph.transpose(batch, [1, 0]), "the batch axis must stay first"],
    ["slice", () => graph.slice(batch, [1, 0], [3, 3]), "the batch axis cannot be sliced"],
    ["pad", () => graph.pad(batch, [1, 0], [0, 0]), "the batch axis cannot be padded"],
    ["concatenate", () => graph.concatenate([batch, batch], 0), "has no axis 0 to join along"],
    [
      "broadcast away",
      () => graph.broadcast(column, { shape: [4, 3], batched: false }, [0]),
      "the batch axis goes to the batch axis",
    ],
    [
      "broadcast into",
      () => graph.broadcast(plain, { shape: [4, 3, 2], batched: true }, [0, 1]),
      "the batch axis goes to the batch axis",
    ],
    [
      "contract with another axis of the same letter",
      () => graph.contract(batch, plain, "rk,rn->kn"),
      "batch axes must have the same letter",
    ],
    [
      "contract to another place",
      () => graph.contract(batch, weight, "rk,kn->nr"),
      "the batch axis comes first in the result",
    ],
    [
      "two batches",
      () => graph.contract(batch, batch, "rk,sk->rs"),
      "batch axes must have the same letter",
    ],
    ["parameters", () => graph.parameter("q", batch.type), "a parameter has no batch axis"],
  ])("%s", (_name, build, message) => {
    expect(build).toThrow(message);
  });
});
