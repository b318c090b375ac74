import { invariant } from "../../base/invariant.ts";
import type { ArrayType } from "../array-type.ts";
import type { GraphBuilder } from "../builder.ts";
import { constantOf, fit } from "../constants.ts";
import type { Node } from "../graph.ts";
import { mapValues } from "./elementwise.ts";
import { errorFunction } from "./error-function.ts";
import type { Evaluation } from "./evaluation.ts";
import { noGradient, type Primitive } from "./primitive.ts";

export const unaryFunctions = {
  negate: (x: number) => -x,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  tanh: Math.tanh,
  sigmoid: (x: number) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x))),
  erf: errorFunction,
  sine: Math.sin,
  cosine: Math.cos,
  absolute: Math.abs,
  sign: Math.sign,
  floor: Math.floor,
  ceil: Math.ceil,
};

export type UnaryOp = keyof typeof unaryFunctions;

/** f'(x) times the gradient, from x, y = f(x) and the gradient; undefined where f' is 0 almost everywhere. */
type Derivative = (graph: GraphBuilder, gradient: Node, x: Node, y: Node) => Node | undefined;

const derivatives = {
  negate: (graph, gradient) => graph.negate(gradient),
  exp: (graph, gradient, _x, y) => graph.multiply(gradient, y),
  log: (graph, gradient, x) => graph.divide(gradient, x),
  /** 1 / (2 √x): infinite at 0. */
  sqrt: (graph, gradient, _x, y) => graph.divide(graph.multiply(gradient, 0.5), y),
  tanh: (graph, gradient, _x, y) =>
    graph.multiply(gradient, graph.subtract(1, graph.multiply(y, y))),
  sigmoid: (graph, gradient, _x, y) =>
    graph.multiply(gradient, graph.multiply(y, graph.subtract(1, y))),
  /** 2 / √π · e^(−x²) */
  erf: (graph, gradient, x) =>
    graph.multiply(
      gradient,
      graph.multiply(2 / Math.sqrt(Math.PI), graph.exp(graph.negate(graph.multiply(x, x)))),
    ),
  sine: (graph, gradient, x) => graph.multiply(gradient, graph.cosine(x)),
  cosine: (graph, gradient, x) => graph.negate(graph.multiply(gradient, graph.sine(x))),
  /** sign(x): 0 at 0. */
  absolute: (graph, gradient, x) => graph.multiply(gradient, graph.sign(x)),
  sign: () => undefined,
  floor: () => undefined,
  ceil: () => undefined,
} satisfies Record<UnaryOp, Derivative>;

function unary<O extends UnaryOp>(op: O): Primitive<O> {
  const f = unaryFunctions[op];
  const derivative: Derivative = derivatives[op];
  return {
    type: unaryType,
    evaluate: ({ inputs, shape }: Evaluation<O>) => mapValues(inputs, shape, f),
    gradient: (graph, node, gradient) => [
      derivative(graph, gradient, node.inputs[0]!, node as Node),
    ],
    fold: (graph, [x], _attributes, type) => {
      if (op === "negate" && x!.op === "negate") return x!.inputs[0];
      const value = constantOf(x!);
      const result = value === undefined ? undefined : f(value);
      return result !== undefined && Number.isFinite(result)
        ? fit(graph, graph.constant(result), type)
        : undefined;
    },
  };
}

function unaryType(inputs: readonly ArrayType[]): ArrayType {
  invariant(inputs.length === 1, `one operand expected, not ${inputs.length}`);
  return inputs[0]!;
}

export const negate = unary("negate");
export const exp = unary("exp");
export const log = unary("log");
export const sqrt = unary("sqrt");
export const tanh = unary("tanh");
export const sigmoid = unary("sigmoid");
export const erf = unary("erf");
export const sine = unary("sine");
export const cosine = unary("cosine");
export const absolute = unary("absolute");
export const sign = { ...unary("sign"), gradient: noGradient };
export const floor = { ...unary("floor"), gradient: noGradient };
export const ceil = { ...unary("ceil"), gradient: noGradient };
