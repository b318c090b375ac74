import { expect, test } from "vitest";
import type { ArrayType } from "../../src/compiler/ir/array-type.ts";
import type { GraphBuilder } from "../../src/compiler/ir/builder.ts";
import type { Graph, Node } from "../../src/compiler/ir/graph.ts";
import { createBuilder } from "../../src/compiler/ir/make-builder.ts";
import { recur } from "../../src/compiler/ir/scan.ts";
import { verify } from "../../src/compiler/ir/verify.ts";
import { differentiate } from "../../src/compiler/passes/4-differentiate/differentiate.ts";
import { simplify } from "../../src/compiler/passes/5-simplify/simplify.ts";
import { schedule } from "../../src/compiler/passes/6-schedule/schedule.ts";
import { numbersFrom, type Network } from "../support/networks.ts";
import { worstOnBackends } from "../support/spec-network.ts";

const capacity = 5;
const batched = (...shape: number[]): ArrayType => ({ shape, batched: true });
const plain = (...shape: number[]): ArrayType => ({ shape, batched: false });

type Draw = (count: number) => number;

/** A random expression over what a place is given; ends in tanh, so that nothing grows along the sequence. */
function randomValue(
  graph: GraphBuilder,
  draw: Draw,
  leaves: readonly Node[],
  [weight, bias]: readonly Node[],
): Node {
  const units = leaves[0]!.type.shape[1]!;
  const pool = [...leaves];
  const any = (): Node => pool[draw(pool.length)]!;
  const moves: readonly (() => Node)[] = [
    () => graph.add(any(), any()),
    () => graph.multiply(any(), any()),
    () => graph.subtract(any(), graph.sigmoid(any())),
    () => graph.contract(any(), weight!, "bk,kn->bn"),
    () => graph.contract(weight!, any(), "nk,bk->bn"),
    () => graph.add(any(), graph.broadcast(bias!, leaves[0]!.type, [1])),
    () => graph.select(graph.less(any(), any()), any(), graph.multiply(any(), 0.5)),
    () => graph.spread(graph.mean(any(), [1]), leaves[0]!.type, [1]),
    () =>
      units === 1
        ? any()
        : graph.concatenate(
            [
              graph.slice(any(), [0, 1], [capacity, units - 1]),
              graph.slice(any(), [0, 0], [capacity, 1]),
            ],
            1,
          ),
    () => graph.tanh(any()),
  ];
  for (let step = 0; step < 3 + draw(5); step++) pool.push(moves[draw(moves.length)]!());
  return graph.tanh(graph.multiply(pool.at(-1)!, 0.7));
}

/** One or two loops, the second over what the first gives, with the gradients of everything. */
function randomLoops(seed: number): Network {
  const next = numbersFrom(seed);
  const draw: Draw = (count) => Math.floor(next() * count);
  const graph = createBuilder();
  const [places, units] = [1 + draw(6), 1 + draw(9)];
  const leaves = [
    graph.input("x", batched(capacity, places, units)),
    graph.parameter("w", plain(units, units)),
    graph.parameter("b", plain(units)),
  ] as const;
  const [x, w, b] = leaves;
  let value: Node = x;
  for (let loop = 0; loop <= draw(2); loop++) {
    const count = 1 + draw(3);
    const stacks = recur(graph, {
      sequences: draw(2) === 0 ? [value] : [value, graph.multiply(x, 0.5)],
      constants: [w, b],
      values: Array.from({ length: count }, () => batched(capacity, units)),
      reverse: draw(2) === 1,
      step: (before, here, constants) =>
        before.map(() => randomValue(graph, draw, [...before, ...here], constants)),
    });
    value = stacks
      .map((stack) => graph.multiply(stack, 0.5 + next()))
      .reduce((sum, stack) => graph.add(sum, stack));
  }
  const gradients = differentiate(graph, graph.mean(graph.multiply(value, value)), leaves);
  const outputs = new Map([
    ["value", value],
    ...["x", "w", "b"].map(
      (name, place) => [`of ${name}`, gradients.get(leaves[place]!)!] as const,
    ),
  ]);
  const made: Graph = { outputs, updates: new Map() };
  verify(made, `seed ${seed}`);
  const types = new Map(["x", "w", "b"].map((name, place) => [name, leaves[place]!.type] as const));
  const values = new Map(
    [...types].map(
      ([name, { shape }]) =>
        [
          name,
          Float64Array.from({ length: shape.reduce((product, size) => product * size, 1) }, () =>
            Math.fround(2 * next() - 1),
          ),
        ] as const,
    ),
  );
  const simplified = simplify(graph, made);
  verify(simplified, `seed ${seed}, simplified`);
  return { graph: simplified, capacity, values, types, inputs: ["x"], scalars: () => new Map() };
}

test.each(Array.from({ length: 30 }, (_, seed) => seed + 1))(
  "random loops %i: plan, WebAssembly and gpu.js as the graph, with all rows and few",
  async (seed) => {
    const network = randomLoops(seed);
    const plan = schedule("predict", network.graph, capacity);
    for (const rows of [capacity, 2]) {
      const { plan: exact, wasm, cpu } = await worstOnBackends(network, plan, rows);
      expect(exact).toBeLessThan(1e-9);
      expect(wasm).toBeLessThan(1e-4);
      expect(cpu).toBeLessThan(1e-4);
    }
  },
);
