import type { GraphBuilder } from "../../../ir/builder.ts";
import { constantOf, fit, isConstant } from "../../../ir/constants.ts";
import type { Node, Op } from "../../../ir/graph.ts";
import type { Rule } from "../../../ir/rewrite.ts";

const commutative: ReadonlySet<Op> = new Set<Op>([
  "add",
  "multiply",
  "maximum",
  "minimum",
  "equal",
]);

/** f(b, a) → f(a, b) for commutative f, older operand first and constants last, so that equal values become one node. */
export const orderedOperands: Rule = (graph, node) => {
  if (!commutative.has(node.op)) return undefined;
  const [a, b] = node.inputs as readonly [Node, Node];
  return place(a) > place(b) ? graph.make(node.op, [b, a], node.attributes as never) : undefined;
};

function place(node: Node): number {
  return node.op === "constant" ? Infinity : node.id;
}

/** (x + a) + b → x + (a + b), and so on for +, −, ·, / with numbers. */
export const chainedConstants: Rule = (graph, node) => {
  const outer = asLinear(node);
  const inner = outer && asLinear(outer.of);
  if (!outer || !inner || outer.kind !== inner.kind) return undefined;
  const result = outer.kind === "sum" ? outer.by + inner.by : outer.by * inner.by;
  if (!isModerate(result) || (outer.kind === "product" && result === 0)) return undefined;
  return fit(graph, apply(graph, inner.of, outer.kind, result), node.type);
};

interface Linear {
  readonly kind: "sum" | "product";
  readonly of: Node;
  readonly by: number;
}

/** x + c and x − c as sums; x · c, x / c and −x as products; c last, or first where that is the same. */
function asLinear({ op, inputs: [a, b] }: Node): Linear | undefined {
  if (op === "negate") return { kind: "product", of: a!, by: -1 };
  if (op !== "add" && op !== "subtract" && op !== "multiply" && op !== "divide") return undefined;
  const [first, second] = [constantOf(a!), constantOf(b!)];
  if (op === "subtract" || op === "divide") {
    if (second === undefined || second === 0) return undefined;
    return op === "subtract"
      ? { kind: "sum", of: a!, by: -second }
      : { kind: "product", of: a!, by: 1 / second };
  }
  const kind = op === "add" ? "sum" : "product";
  if (second !== undefined) return { kind, of: a!, by: second };
  return first === undefined ? undefined : { kind, of: b!, by: first };
}

function apply(graph: GraphBuilder, x: Node, kind: Linear["kind"], by: number): Node {
  return kind === "sum" ? graph.add(x, by) : graph.multiply(x, by);
}

/** Far enough from the limits of float32 that one number does what two did. */
function isModerate(value: number): boolean {
  return value === 0 || (Math.abs(value) > 1e-30 && Math.abs(value) < 1e30);
}

/** x · 0 → 0 where x is surely finite; elsewhere 0 · ∞ must stay NaN. */
export const productWithZero: Rule = (graph, node) => {
  if (node.op !== "multiply") return undefined;
  const [a, b] = node.inputs as readonly [Node, Node];
  const other = isConstant(a, 0) ? b : isConstant(b, 0) ? a : undefined;
  return other && isSurelyFinite(other) ? fit(graph, graph.constant(0), node.type) : undefined;
};

const finiteLeaves: ReadonlySet<Op> = new Set<Op>([
  "iota",
  "rows",
  "random",
  "less",
  "less_equal",
  "equal",
  "window_argmax",
]);
const finiteFromFinite: ReadonlySet<Op> = new Set<Op>([
  "negate",
  "absolute",
  "sign",
  "floor",
  "ceil",
  "sine",
  "cosine",
  "tanh",
  "sigmoid",
  "erf",
  "maximum",
  "minimum",
  "select",
  "broadcast",
  "reshape",
  "transpose",
  "slice",
  "pad",
  "concatenate",
  "reduce_max",
]);

function isSurelyFinite(node: Node): boolean {
  if (node.op === "constant") return Number.isFinite(node.attributes.value);
  return (
    finiteLeaves.has(node.op) ||
    (finiteFromFinite.has(node.op) && node.inputs.every(isSurelyFinite))
  );
}
