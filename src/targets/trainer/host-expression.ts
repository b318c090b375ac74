import {
  atom,
  called,
  chosen,
  joined,
  negated,
  truth,
  type Arithmetic,
  type Operator,
} from "../../compiler/base/arithmetic.ts";
import { invariant } from "../../compiler/base/invariant.ts";
import { nodesOf, type Node, type Op } from "../../compiler/ir/graph.ts";
import { comment, literal, name, type Code } from "./code.ts";

/** Statements and the expression that they lead to. */
export interface HostFormula {
  readonly statements: readonly Code[];
  readonly result: Arithmetic;
}

/**
 * A graph of scalars as TypeScript; what is used more than once becomes a constant of its own. With `branches`, which say what the
 * results of nested choices are, each of these is returned in a line of its own.
 */
export function printHostFormula(
  node: Node,
  variable: (scalar: string) => Code,
  branches: readonly string[] = [],
): HostFormula {
  const order = nodesOf({ outputs: new Map([["result", node]]), updates: new Map() });
  const uses = new Map<Node, number>();
  for (const { inputs } of order)
    for (const input of inputs) uses.set(input, (uses.get(input) ?? 0) + 1);
  const printed = new Map<Node, Arithmetic>();
  const named = new Set<Node>();
  const statements: Code[] = [];
  for (const part of order) {
    const made = printNode(part, printed, variable, named);
    const shared = part !== node && part.inputs.length > 0 && (uses.get(part) ?? 0) > 1;
    if (shared) {
      const local = name(`part${statements.length + 1}`);
      // Known to be 1 or 0, it could not be asked for twice: the compiler knows the answer of the second time.
      const type = part.op in relations ? ": number" : "";
      statements.push({ code: `const ${local.code}${type} = ${made.text};` });
      printed.set(part, atom(local.code));
      named.add(part);
    } else printed.set(part, made);
  }
  const last = branches.length > 1 ? lastChoice(node, branches.length) : undefined;
  for (let choice = node, place = 0; choice !== (last ?? node); place++) {
    const [condition, then, otherwise] = choice.inputs as [Node, Node, Node];
    const test = named.has(condition)
      ? isTrue(printed.get(condition)!)
      : conditionOf(condition, printed);
    statements.push(comment(branches[place]));
    statements.push({ code: `if (${test.text}) return ${printed.get(then)!.text};` });
    choice = otherwise;
  }
  if (last !== undefined) statements.push(comment(branches.at(-1)));
  return { statements, result: printed.get(last ?? node)! };
}

/** What so many results of nested choices end with; nothing where they are not so many. */
function lastChoice(node: Node, results: number): Node | undefined {
  let last = node;
  for (let left = results - 1; left > 0; left--) {
    if (last.op !== "select") return undefined;
    last = last.inputs[2]!;
  }
  return last;
}

function printNode(
  node: Node,
  printed: ReadonlyMap<Node, Arithmetic>,
  variable: (scalar: string) => Code,
  named: ReadonlySet<Node>,
): Arithmetic {
  if (node.op === "constant") return atom(literal(node.attributes.value).code);
  if (node.op === "scalar") return atom(variable(node.attributes.name).code);
  const [a = one, b = one, c = one] = node.inputs.map((input) => printed.get(input)!);
  if (node.op === "select") {
    const [condition] = node.inputs;
    return chosen(named.has(condition!) ? isTrue(a) : conditionOf(condition!, printed), b, c);
  }
  const print = operators[node.op];
  invariant(print, `the host does not compute ${node.op}`);
  return print(a, b, c);
}

const relations: { readonly [O in Op]?: Operator } = {
  less: "<",
  less_equal: "<=",
  equal: "===",
};

/** A comparison that only a choice reads is a condition there, not a number. */
function conditionOf(condition: Node, printed: ReadonlyMap<Node, Arithmetic>): Arithmetic {
  const relation = relations[condition.op];
  if (relation === undefined) return isTrue(printed.get(condition)!);
  const [a = one, b = one] = condition.inputs.map((input) => printed.get(input)!);
  return joined(a, relation, b);
}

function isTrue(number: Arithmetic): Arithmetic {
  return joined(number, "!==", atom("0"));
}

const one = atom("1");

type Printer = (a: Arithmetic, b: Arithmetic, c: Arithmetic) => Arithmetic;

const operators: { readonly [O in Op]?: Printer } = {
  negate: (a) => negated(a),
  exp: (a) => called("Math.exp", a),
  log: (a) => called("Math.log", a),
  sqrt: (a) => called("Math.sqrt", a),
  tanh: (a) => called("Math.tanh", a),
  sigmoid: (a) => joined(one, "/", joined(one, "+", called("Math.exp", negated(a)))),
  sine: (a) => called("Math.sin", a),
  cosine: (a) => called("Math.cos", a),
  absolute: (a) => called("Math.abs", a),
  sign: (a) => called("Math.sign", a),
  floor: (a) => called("Math.floor", a),
  ceil: (a) => called("Math.ceil", a),
  add: (a, b) => joined(a, "+", b),
  subtract: (a, b) => joined(a, "-", b),
  multiply: (a, b) => joined(a, "*", b),
  divide: (a, b) => joined(a, "/", b),
  maximum: (a, b) => called("Math.max", a, b),
  minimum: (a, b) => called("Math.min", a, b),
  power: (a, b) => called("Math.pow", a, b),
  modulo: (a, b) => joined(a, "-", joined(b, "*", called("Math.floor", joined(a, "/", b)))),
  less: (a, b) => truth(a, "<", b),
  less_equal: (a, b) => truth(a, "<=", b),
  equal: (a, b) => truth(a, "===", b),
};
