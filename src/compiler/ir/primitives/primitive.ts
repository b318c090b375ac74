import type { ArrayType } from "../array-type.ts";
import type { GraphBuilder } from "../builder.ts";
import type { Attributes, Node, NodeOf, Op } from "../graph.ts";
import type { Evaluation } from "./evaluation.ts";

/** Everything that nnspec knows of one primitive; the kernels of the backends are made from the graph, not from here. */
export interface Primitive<O extends Op> {
  /** The type rule: the type of the result; operands or attributes that break the rule are a bug of nnspec (`invariant`). */
  readonly type: (inputs: readonly ArrayType[], attributes: Attributes[O]) => ArrayType;
  /** The value in float64, row-major. */
  readonly evaluate: (evaluation: Evaluation<O>) => Float64Array;
  /**
   * The vector-Jacobian product: from the gradient of the result (of the result's type) the gradients of the operands,
   * each of its operand's type; undefined where it is zero everywhere.
   */
  readonly gradient: Gradient<O>;
  /** How many products of two numbers it adds up; left out, none. */
  readonly products?: (node: NodeOf<O>) => number;
  /** A cheaper node of the same type and value, if there is one to be seen from the operands. */
  readonly fold?: (
    graph: GraphBuilder,
    inputs: readonly Node[],
    attributes: Attributes[O],
    type: ArrayType,
  ) => Node | undefined;
}

export type Gradient<O extends Op> = (
  graph: GraphBuilder,
  node: NodeOf<O>,
  gradient: Node,
) => readonly (Node | undefined)[];

/** The rule of primitives whose derivative is zero wherever it exists. */
export function noGradient(): readonly undefined[] {
  return [];
}
