import { invariant } from "../../compiler/base/invariant.ts";
import { nodesOf, type Node, type Op } from "../../compiler/ir/graph.ts";

/** A graph of scalars worked out: the same operations on the same numbers, in 64 bits, that its printed form does. */
export function followFormula(node: Node, variable: (scalar: string) => number): number {
  const values = new Map<Node, number>();
  for (const part of nodesOf({ outputs: new Map([["result", node]]), updates: new Map() }))
    values.set(
      part,
      valueOf(
        part,
        part.inputs.map((input) => values.get(input)!),
        variable,
      ),
    );
  return values.get(node)!;
}

function valueOf(
  node: Node,
  [a = Number.NaN, b = Number.NaN, c = Number.NaN]: readonly number[],
  variable: (scalar: string) => number,
): number {
  if (node.op === "constant") return node.attributes.value;
  if (node.op === "scalar") return variable(node.attributes.name);
  const work = operators[node.op];
  invariant(work, `the host does not compute ${node.op}`);
  return work(a, b, c);
}

type Operator = (a: number, b: number, c: number) => number;

const operators: { readonly [O in Op]?: Operator } = {
  negate: (a) => -a,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  tanh: Math.tanh,
  sigmoid: (a) => 1 / (1 + Math.exp(-a)),
  sine: Math.sin,
  cosine: Math.cos,
  absolute: Math.abs,
  sign: Math.sign,
  floor: Math.floor,
  ceil: Math.ceil,
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
  maximum: (a, b) => Math.max(a, b),
  minimum: (a, b) => Math.min(a, b),
  power: (a, b) => Math.pow(a, b),
  modulo: (a, b) => a - b * Math.floor(a / b),
  less: (a, b) => (a < b ? 1 : 0),
  less_equal: (a, b) => (a <= b ? 1 : 0),
  equal: (a, b) => (a === b ? 1 : 0),
  select: (a, b, c) => (a === 0 ? c : b),
};
