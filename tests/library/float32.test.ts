import { expect, test } from "vitest";
import type { GraphBuilder } from "../../src/compiler/ir/builder.ts";
import type { Graph, Node } from "../../src/compiler/ir/graph.ts";
import { interpret } from "../../src/compiler/ir/interpret.ts";
import { createBuilder } from "../../src/compiler/ir/make-builder.ts";
import { library } from "../../src/compiler/library/index.ts";
import type {
  ActivationDefinition,
  LossDefinition,
  RegularizerDefinition,
} from "../../src/compiler/library/definition.ts";
import { differentiate } from "../../src/compiler/passes/4-differentiate/differentiate.ts";
import { simplify } from "../../src/compiler/passes/5-simplify/simplify.ts";
import { interpretFloat32 } from "../support/interpret-float32.ts";
import { argumentsOf } from "../support/library-values.ts";

/** Value and gradient of the sum in float32 beside float64; rows of four extreme numbers. */
function both(
  build: (graph: GraphBuilder, x: Node, labels: Node, likes: Node) => Node,
  rows: readonly (readonly number[])[],
) {
  const graph = createBuilder();
  const x = graph.input("x", { shape: [rows.length, 4], batched: true });
  const labels = graph.input("labels", { shape: [rows.length], batched: true });
  const likes = graph.input("likes", { shape: [rows.length, 4], batched: true });
  const value = build(graph, x, labels, likes);
  const outputs = new Map([
    ["value", value],
    ["gradient", differentiate(graph, graph.sum(value), [x]).get(x)!],
  ]);
  const values = new Map([
    ["x", Float64Array.from(rows.flat(), Math.fround)],
    ["labels", Float64Array.from(rows, (_, row) => row % 4)],
    ["likes", Float64Array.from(rows.flat(), (_, place) => place % 2)],
  ]);
  const bindings = { values, scalars: new Map<string, number>(), rows: rows.length };
  const written: Graph = { outputs, updates: new Map() };
  // What simplify makes of it must be as safe as what was written.
  return {
    exact: interpret(written, bindings).outputs,
    rounded: interpretFloat32(written, bindings),
    simplified: interpretFloat32(simplify(graph, written), bindings),
  };
}

const extremes = [
  [1e4, -1e4, 0, 1],
  [-1e4, 1e4, 9999, -9999],
  [800, -800, 104, -104],
  [88, -88, 17, -17],
  [0.5, -0.5, 1e-3, -1e-3],
];

// Squares of 1e4 are 1e8: 24 bits leave a relative 1e-6 or so; near 0 an absolute 1e-6 of numbers about 1.
function expectNear(found: ReturnType<typeof both>): void {
  for (const name of ["value", "gradient"]) {
    const exact = found.exact.get(name)!;
    for (const rounded of [found.rounded.get(name)!, found.simplified.get(name)!]) {
      const far = Array.from(
        exact,
        (value, place) => [place, value, rounded[place]!] as const,
      ).filter(([, value, near]) => !(Math.abs(near - value) <= 3e-6 + 1e-5 * Math.abs(value)));
      expect(far, name).toEqual([]);
    }
  }
}

const named = <D extends { readonly name: string }>(definitions: readonly D[]) =>
  definitions.map((each) => [each.name, each] as const);

test.each(named(library.all("activation") as readonly ActivationDefinition[]))(
  "activation %s in float32",
  (_, activation) => {
    expectNear(
      both((graph, x) => activation.lower(graph, x, argumentsOf(activation), 1), extremes),
    );
  },
);

test.each(named(library.all("loss") as readonly LossDefinition[]))(
  "loss %s in float32",
  (_, loss) => {
    const takesLabels = loss.operands[1]!.accepts === "classes";
    expectNear(
      both(
        (graph, x, labels, likes) =>
          loss.perExample(graph, [x, takesLabels ? labels : likes], argumentsOf(loss)),
        extremes,
      ),
    );
  },
);

test.each(named(library.all("regularizer") as readonly RegularizerDefinition[]))(
  "regulariser %s in float32",
  (_, regularizer) => {
    const written = { lambda: 0.5, l1: 0.5, l2: 0.5, sense: "maximize" };
    const own = Object.fromEntries(
      Object.entries(written).filter(([name]) => name in regularizer.arguments),
    );
    expectNear(
      both((graph, x) => regularizer.penalty(graph, x, argumentsOf(regularizer, own), 1), extremes),
    );
  },
);
