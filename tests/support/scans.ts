import type { ArrayType } from "../../src/compiler/ir/array-type.ts";
import type { GraphBuilder } from "../../src/compiler/ir/builder.ts";
import type { Node } from "../../src/compiler/ir/graph.ts";
import { recur } from "../../src/compiler/ir/scan.ts";

export interface ScanCase {
  readonly types: readonly ArrayType[];
  readonly build: (graph: GraphBuilder, operands: readonly Node[]) => Node;
}

const array = (...shape: number[]): ArrayType => ({ shape, batched: false });
const batch = (...shape: number[]): ArrayType => ({ shape, batched: true });

const bias = (graph: GraphBuilder, b: Node, like: Node): Node => graph.broadcast(b, like.type, [1]);

/** h = tanh(x + h W + b), with the constant on either side of the product. */
function simple(
  rows: number,
  places: number,
  units: number,
  reverse: boolean,
  constantFirst: boolean,
): ScanCase {
  return {
    types: [batch(rows, places, units), array(units, units), array(units)],
    build: (graph, [x, w, b]) =>
      recur(graph, {
        sequences: [x!],
        constants: [w!, b!],
        values: [batch(rows, units)],
        reverse,
        step: ([h], [here], [weight, shift]) => {
          const product = constantFirst
            ? graph.contract(weight!, h!, "nk,bk->bn")
            : graph.contract(h!, weight!, "bk,kn->bn");
          return [graph.tanh(graph.add(graph.add(here!, product), bias(graph, shift!, here!)))];
        },
      })[0]!,
  };
}

/** A memory beside what is given, two sequences, one of them with further axes; `output` says which value is looked at. */
function remembering(rows: number, places: number, output: number): ScanCase {
  return {
    types: [batch(rows, places, 2), batch(rows, places, 2, 3), array(2, 3, 2)],
    build: (graph, [x, y, w]) =>
      recur(graph, {
        sequences: [x!, y!],
        constants: [w!],
        values: [batch(rows, 2), batch(rows, 2)],
        step: ([h, c], [one, two], [weight]) => {
          const mixed = graph.contract(
            graph.multiply(two!, graph.sigmoid(two!)),
            weight!,
            "bij,ijn->bn",
          );
          const kept = graph.add(graph.multiply(graph.sigmoid(graph.add(one!, h!)), c!), mixed);
          return [graph.multiply(graph.tanh(kept), graph.sigmoid(one!)), kept];
        },
      })[output]!,
  };
}

/** Sums along the sequence, without constants; then the square, which a second derivative sees. */
const sums: ScanCase = {
  types: [batch(3, 4)],
  build: (graph, [x]) =>
    recur(graph, {
      sequences: [graph.reshape(x!, [3, 4, 1])],
      constants: [],
      values: [batch(3, 1)],
      step: ([before], [here]) => [graph.add(before!, graph.multiply(here!, here!))],
    })[0]!,
};

export const scanCases: readonly ScanCase[] = [
  simple(2, 3, 2, false, false),
  simple(2, 1, 3, false, false),
  simple(1, 4, 1, true, false),
  simple(3, 3, 2, true, true),
  sums,
  remembering(2, 3, 0),
  remembering(2, 2, 1),
  simple(2, 5, 2, false, true),
];
