import { invariant } from "../../base/invariant.ts";
import type { ArrayType } from "../array-type.ts";
import type { GraphBuilder } from "../builder.ts";
import { constantOf, fit, isConstant } from "../constants.ts";
import type { Node } from "../graph.ts";
import { backTo, elementwiseType, mapValues } from "./elementwise.ts";
import type { Evaluation } from "./evaluation.ts";
import { noGradient, type Primitive } from "./primitive.ts";

export const binaryFunctions = {
  add: (a: number, b: number) => a + b,
  subtract: (a: number, b: number) => a - b,
  multiply: (a: number, b: number) => a * b,
  divide: (a: number, b: number) => a / b,
  maximum: (a: number, b: number) => Math.max(a, b),
  minimum: (a: number, b: number) => Math.min(a, b),
  power: (a: number, b: number) => Math.pow(a, b),
  modulo: (a: number, b: number) => a - b * Math.floor(a / b),
  less: (a: number, b: number) => (a < b ? 1 : 0),
  less_equal: (a: number, b: number) => (a <= b ? 1 : 0),
  equal: (a: number, b: number) => (a === b ? 1 : 0),
};

export type BinaryOp = keyof typeof binaryFunctions;

interface Parts {
  readonly graph: GraphBuilder;
  readonly gradient: Node;
  readonly a: Node;
  readonly b: Node;
  /** The result. */
  readonly y: Node;
}
/** The gradients of both operands, before sums for scalars; made only when asked for. */
type Derivatives = readonly [a: (parts: Parts) => Node, b: (parts: Parts) => Node];

/** Half to each operand where they are equal (as PyTorch does), otherwise all to the one that was chosen. */
function chosen(parts: Parts, isChosen: (graph: GraphBuilder) => Node): Node {
  const { graph, gradient, a, b } = parts;
  return graph.select(
    graph.equal(a, b),
    graph.multiply(gradient, 0.5),
    graph.select(isChosen(graph), gradient, 0),
  );
}

const derivatives = {
  add: [({ gradient }) => gradient, ({ gradient }) => gradient],
  subtract: [({ gradient }) => gradient, ({ graph, gradient }) => graph.negate(gradient)],
  multiply: [
    ({ graph, gradient, b }) => graph.multiply(gradient, b),
    ({ graph, gradient, a }) => graph.multiply(gradient, a),
  ],
  divide: [
    ({ graph, gradient, b }) => graph.divide(gradient, b),
    ({ graph, gradient, b, y }) => graph.negate(graph.multiply(graph.divide(gradient, b), y)),
  ],
  maximum: [
    (parts) => chosen(parts, (graph) => graph.less(parts.b, parts.a)),
    (parts) => chosen(parts, (graph) => graph.less(parts.a, parts.b)),
  ],
  minimum: [
    (parts) => chosen(parts, (graph) => graph.less(parts.a, parts.b)),
    (parts) => chosen(parts, (graph) => graph.less(parts.b, parts.a)),
  ],
  /** b·a^(b−1), which is 0 for b = 0 even at a = 0; and a^b·ln a, which is 0 at a = 0. */
  power: [
    ({ graph, gradient, a, b }) =>
      graph.select(
        graph.equal(b, 0),
        0,
        graph.multiply(gradient, graph.multiply(b, graph.power(a, graph.subtract(b, 1)))),
      ),
    ({ graph, gradient, a, y }) => {
      const isZero = graph.equal(a, 0);
      return graph.select(
        isZero,
        0,
        graph.multiply(gradient, graph.multiply(y, graph.log(graph.select(isZero, 1, a)))),
      );
    },
  ],
  modulo: [
    ({ gradient }) => gradient,
    ({ graph, gradient, a, b }) =>
      graph.negate(graph.multiply(gradient, graph.floor(graph.divide(a, b)))),
  ],
} satisfies Partial<Record<BinaryOp, Derivatives>>;

function binary<O extends BinaryOp>(op: O, fold: Fold = () => undefined): Primitive<O> {
  const f = binaryFunctions[op];
  return {
    type: binaryType,
    evaluate: ({ inputs, shape }: Evaluation<O>) => mapValues(inputs, shape, f),
    gradient: noGradient,
    fold: (graph, inputs, _attributes, type) => {
      const [a, b] = inputs as readonly [Node, Node];
      const [x, y] = [constantOf(a), constantOf(b)];
      const value = x === undefined || y === undefined ? undefined : f(x, y);
      if (value !== undefined && Number.isFinite(value))
        return fit(graph, graph.constant(value), type);
      const folded = fold(graph, a, b);
      return folded && fit(graph, folded, type);
    },
  };
}

function differentiable<O extends keyof typeof derivatives & BinaryOp>(
  op: O,
  fold?: Fold,
): Primitive<O> {
  const [ofA, ofB]: Derivatives = derivatives[op];
  return {
    ...binary(op, fold),
    gradient: (graph, node, gradient) => {
      const [a, b] = node.inputs as readonly [Node, Node];
      const parts = { graph, gradient, a, b, y: node as Node };
      return [backTo(graph, a, ofA(parts)), backTo(graph, b, ofB(parts))];
    },
  };
}

function binaryType(inputs: readonly ArrayType[]): ArrayType {
  invariant(inputs.length === 2, `two operands expected, not ${inputs.length}`);
  return elementwiseType(inputs);
}

type Fold = (graph: GraphBuilder, a: Node, b: Node) => Node | undefined;

export const add = differentiable("add", (_graph, a, b) =>
  isConstant(a, 0) ? b : isConstant(b, 0) ? a : undefined,
);
export const subtract = differentiable("subtract", (graph, a, b) => {
  if (isConstant(b, 0)) return a;
  if (isConstant(a, 0)) return graph.negate(b);
  return undefined;
});
export const multiply = differentiable("multiply", (graph, a, b) => {
  if (isConstant(a, 1)) return b;
  if (isConstant(b, 1)) return a;
  if (isConstant(a, -1)) return graph.negate(b);
  if (isConstant(b, -1)) return graph.negate(a);
  return undefined;
});
export const divide = differentiable("divide", (graph, a, b) =>
  isConstant(b, 1) ? a : isConstant(b, -1) ? graph.negate(a) : undefined,
);
export const maximum = differentiable("maximum", sameOperand);
export const minimum = differentiable("minimum", sameOperand);
export const power = differentiable("power", (graph, a, b) => powerFold(graph, a, constantOf(b)));
export const modulo = differentiable("modulo");
export const less = binary("less");
export const less_equal = binary("less_equal");
export const equal = binary("equal");

function sameOperand(_graph: GraphBuilder, a: Node, b: Node): Node | undefined {
  return a === b ? a : undefined;
}

/** Small whole exponents become products (a shader's power is undefined below 0), ½ becomes a square root. */
function powerFold(graph: GraphBuilder, a: Node, exponent: number | undefined): Node | undefined {
  switch (exponent) {
    case 0:
      return graph.constant(1);
    case 0.5:
      return graph.sqrt(a);
    case 1:
      return a;
    case 2:
      return graph.multiply(a, a);
    case 3:
      return graph.multiply(graph.multiply(a, a), a);
    case 4: {
      const square = graph.multiply(a, a);
      return graph.multiply(square, square);
    }
    case -1:
      return graph.divide(1, a);
    default:
      return undefined;
  }
}
