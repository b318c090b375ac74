import { invariant } from "../../compiler/base/invariant.ts";
import { nodesOf, type Node, type Op } from "../../compiler/ir/graph.ts";
import { literal, name, nothing, ts, type Code } from "./code.ts";

/** Statements and the expression that they lead to. */
export interface HostFormula {
  readonly statements: readonly Code[];
  readonly result: Code;
}

/** A graph of scalars as TypeScript; what is used more than once becomes a constant of its own. */
export function printHostFormula(node: Node, variable: (scalar: string) => Code): HostFormula {
  const order = nodesOf({ outputs: new Map([["result", node]]), updates: new Map() });
  const uses = new Map<Node, number>();
  for (const { inputs } of order)
    for (const input of inputs) uses.set(input, (uses.get(input) ?? 0) + 1);
  const printed = new Map<Node, Code>();
  const statements: Code[] = [];
  for (const part of order) {
    const code = printNode(
      part,
      part.inputs.map((input) => printed.get(input)!),
      variable,
    );
    const shared = part !== node && part.inputs.length > 0 && (uses.get(part) ?? 0) > 1;
    if (shared) {
      const local = name(`part${statements.length + 1}`);
      statements.push(ts`const ${local}: number = ${code};`);
      printed.set(part, local);
    } else printed.set(part, code);
  }
  return { statements, result: printed.get(node) ?? nothing };
}

function printNode(
  node: Node,
  operands: readonly Code[],
  variable: (scalar: string) => Code,
): Code {
  if (node.op === "constant")
    return node.attributes.value < 0
      ? ts`(${literal(node.attributes.value)})`
      : literal(node.attributes.value);
  if (node.op === "scalar") return variable(node.attributes.name);
  const print = operators[node.op];
  invariant(print, `the host does not compute ${node.op}`);
  const [a = nothing, b = nothing, c = nothing] = operands;
  if (node.op !== "select") return print(a, b, c);
  return ts`(${conditionOf(node.inputs[0]!, a)} ? ${b} : ${c})`;
}

/** A comparison that only a choice reads is a condition, not a number. */
function conditionOf(condition: Node, printed: Code): Code {
  const comparison = /^\((.*) \? 1 : 0\)$/.exec(printed.code);
  const isComparison =
    condition.op === "less" || condition.op === "less_equal" || condition.op === "equal";
  return comparison && isComparison ? { code: comparison[1]! } : ts`${printed} !== 0`;
}

type Printer = (a: Code, b: Code, c: Code) => Code;

const operators: { readonly [O in Op]?: Printer } = {
  negate: (a) => ts`(-${a})`,
  exp: (a) => ts`Math.exp(${a})`,
  log: (a) => ts`Math.log(${a})`,
  sqrt: (a) => ts`Math.sqrt(${a})`,
  tanh: (a) => ts`Math.tanh(${a})`,
  sigmoid: (a) => ts`(1 / (1 + Math.exp(-${a})))`,
  sine: (a) => ts`Math.sin(${a})`,
  cosine: (a) => ts`Math.cos(${a})`,
  absolute: (a) => ts`Math.abs(${a})`,
  sign: (a) => ts`Math.sign(${a})`,
  floor: (a) => ts`Math.floor(${a})`,
  ceil: (a) => ts`Math.ceil(${a})`,
  add: (a, b) => ts`(${a} + ${b})`,
  subtract: (a, b) => ts`(${a} - ${b})`,
  multiply: (a, b) => ts`(${a} * ${b})`,
  divide: (a, b) => ts`(${a} / ${b})`,
  maximum: (a, b) => ts`Math.max(${a}, ${b})`,
  minimum: (a, b) => ts`Math.min(${a}, ${b})`,
  power: (a, b) => ts`Math.pow(${a}, ${b})`,
  modulo: (a, b) => ts`(${a} - ${b} * Math.floor(${a} / ${b}))`,
  less: (a, b) => ts`(${a} < ${b} ? 1 : 0)`,
  less_equal: (a, b) => ts`(${a} <= ${b} ? 1 : 0)`,
  equal: (a, b) => ts`(${a} === ${b} ? 1 : 0)`,
  select: (a, b, c) => ts`(${a} !== 0 ? ${b} : ${c})`,
};
