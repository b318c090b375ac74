import { invariant, unreachable } from "../base/invariant.ts";
import type { GraphBuilder } from "../ir/builder.ts";
import type { Node } from "../ir/graph.ts";
import type { Formula } from "./formula.ts";

/** A formula over numbers as nodes; every variable must have one. Elementwise where a variable is a tensor. */
export function lowerFormula(
  graph: GraphBuilder,
  formula: Formula,
  variables: ReadonlyMap<string, Node>,
): Node {
  const lower = (part: Formula): Node => lowerFormula(graph, part, variables);
  switch (formula.kind) {
    case "number":
      return graph.constant(formula.value);
    case "variable": {
      const node = variables.get(formula.name);
      invariant(node, `the formula mentions ${formula.name}, which has no value`);
      return node;
    }
    case "call":
      return formula.function.lower(graph, formula.operands.map(lower));
    case "apply":
      return applyOperator(graph, formula.operator, formula.operands.map(lower));
    default:
      return unreachable(formula);
  }
}

type Operator = Extract<Formula, { kind: "apply" }>["operator"];

/** One operator of the language on nodes; truth is 1 and 0. */
export function applyOperator(
  graph: GraphBuilder,
  operator: Operator,
  [a, b, c]: readonly Node[],
): Node {
  invariant(a, `${operator} without operands`);
  const right = (): Node => {
    invariant(b, `${operator} with one operand`);
    return b;
  };
  const table = {
    "+": () => graph.add(a, right()),
    "-": () => graph.subtract(a, right()),
    "*": () => graph.multiply(a, right()),
    "/": () => graph.divide(a, right()),
    "^": () => graph.power(a, right()),
    negate: () => graph.negate(a),
    "<": () => graph.less(a, right()),
    "<=": () => graph.lessEqual(a, right()),
    ">": () => graph.less(right(), a),
    ">=": () => graph.lessEqual(right(), a),
    "==": () => graph.equal(a, right()),
    "!=": () => graph.subtract(1, graph.equal(a, right())),
    and: () => graph.select(a, isTrue(graph, right()), 0),
    or: () => graph.select(a, 1, isTrue(graph, right())),
    not: () => graph.equal(a, 0),
    if: () => graph.select(a, right(), c ?? 0),
  } satisfies Record<Operator, () => Node>;
  return table[operator]();
}

function isTrue(graph: GraphBuilder, x: Node): Node {
  return graph.subtract(1, graph.equal(x, 0));
}
