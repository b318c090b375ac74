import { invariant } from "../../base/invariant.ts";
import type { ArrayType } from "../array-type.ts";
import type { GraphBuilder } from "../builder.ts";
import type { Node } from "../graph.ts";
import { isScalar, sameType, scalarType, showType } from "../types.ts";
import { countOf, type Value } from "./evaluation.ts";

/** Operands have one type, except that any of them may be a scalar; the result has that type. */
export function elementwiseType(inputs: readonly ArrayType[]): ArrayType {
  const shaped = inputs.filter((type) => !isScalar(type));
  const [first = scalarType] = shaped;
  invariant(
    shaped.every((type) => sameType(type, first)),
    `elementwise operands must have one type, or be scalars, not ${inputs.map(showType).join(", ")}`,
  );
  return first;
}

/** A scalar operand next to arrays was repeated, so its gradient is the sum over all elements. */
export function backTo(graph: GraphBuilder, operand: Node, gradient: Node): Node {
  return isScalar(operand.type) && !isScalar(gradient.type) ? graph.sum(gradient) : gradient;
}

/** f at every place; an operand of one element stays where it is. */
export function mapValues(
  inputs: readonly Value[],
  shape: readonly number[],
  f: (a: number, b: number, c: number) => number,
): Float64Array {
  const result = new Float64Array(countOf(shape));
  const [a, b = a, c = a] = inputs as [Value, ...Value[]];
  const [stepA, stepB, stepC] = [a, b, c].map((value) => (value.shape.length === 0 ? 0 : 1)) as [
    number,
    number,
    number,
  ];
  for (let place = 0; place < result.length; place++) {
    result[place] = f(a.data[place * stepA]!, b.data[place * stepB]!, c.data[place * stepC]!);
  }
  return result;
}
