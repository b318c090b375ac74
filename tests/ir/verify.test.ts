import { describe, expect, test } from "vitest";
import { InternalError } from "../../src/compiler/base/invariant.ts";
import type { Graph, Node } from "../../src/compiler/ir/graph.ts";
import { createBuilder } from "../../src/compiler/ir/make-builder.ts";
import { verify } from "../../src/compiler/ir/verify.ts";

const graph = createBuilder({ path: "h1", role: "forward" });
const x = graph.input("x", { shape: [4, 3], batched: true });
const w = graph.parameter("w", { shape: [3, 2], batched: false });
const product = graph.contract(x, w, "rk,kn->rn");

/** A node as no builder makes it. */
function broken(node: Node, changes: Partial<Record<keyof Node, unknown>>): Graph {
  return { outputs: new Map([["y", { ...node, ...changes } as Node]]), updates: new Map() };
}

function updating(name: string, node: Node): Graph {
  return { outputs: new Map([["w", w]]), updates: new Map([[name, node]]) };
}

test("a graph from the builder is well formed", () => {
  const whole: Graph = {
    outputs: new Map([["y", product]]),
    updates: new Map([["w", graph.multiply(w, 2)]]),
  };
  expect(() => verify(whole, "after lower")).not.toThrow();
});

describe("says what is wrong, where, and after which pass", () => {
  test.each<readonly [string, Graph, string]>([
    [
      "a wrong type",
      broken(product, { type: { shape: [4, 3], batched: true } }),
      "after simplify: node 2, contract [4*, 3], of h1 (forward): its type is [4*, 2]",
    ],
    [
      "a lost batch",
      broken(product, { type: { shape: [4, 2], batched: false } }),
      "its type is [4*, 2]",
    ],
    ["operands that do not fit", broken(product, { inputs: [w, w] }), "two sizes for k"],
    ["a missing operand", broken(product, { inputs: [x] }), "two operands expected, not 1"],
    ["a foreign primitive", broken(product, { op: "convolution" }), "no such primitive"],
    [
      "a foreign attribute",
      broken(product, { attributes: { labels: "rk,kn->rn", note: 1 } }),
      "attributes are labels, not labels, note",
    ],
    ["a missing attribute", broken(product, { attributes: {} }), "attributes are labels, not "],
    ["NaN", broken(graph.constant(3), { attributes: { value: NaN } }), "a constant is not NaN"],
    [
      "a node twice",
      broken(graph.add(product, product), { inputs: [product, { ...product, id: product.id }] }),
      "the same as node 2",
    ],
    [
      "a name for two leaves",
      broken(
        graph.add(graph.sum(x), graph.sum(graph.input("x", { shape: [5], batched: false }))),
        {},
      ),
      '"x" is also node 0, input [4*, 3]',
    ],
    [
      "a parameter and a state of one name",
      broken(graph.add(w, graph.state("w", w.type, { role: "slot", initial: 0, of: "w" })), {}),
      '"w" is also node 1, parameter [3, 2]',
    ],
    [
      "an update of another type",
      updating("w", graph.sum(w)),
      "after simplify: update of w by node",
    ],
    ["a batched update", updating("v", product), "what is kept has no batch axis"],
  ])("%s", (_name, wrong, message) => {
    expect(() => verify(wrong, "after simplify")).toThrow(InternalError);
    expect(() => verify(wrong, "after simplify")).toThrow(message);
  });
});
