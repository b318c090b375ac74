import { invariant } from "../../base/invariant.ts";
import { showType } from "../types.ts";
import { countOf } from "./evaluation.ts";
import type { Primitive } from "./primitive.ts";

/** The operands one after the other along `axis`, which is not the batch axis; every other axis is the same in all. */
export const concatenate: Primitive<"concatenate"> = {
  type: (inputs, { axis }) => {
    const [first] = inputs;
    invariant(first, "nothing to concatenate");
    const { shape, batched } = first;
    invariant(
      Number.isInteger(axis) && axis >= (batched ? 1 : 0) && axis < shape.length,
      `${showType(first)} has no axis ${axis} to join along`,
    );
    const isAlike = inputs.every(
      (each) =>
        each.batched === batched &&
        each.shape.length === shape.length &&
        shape.every((size, at) => at === axis || each.shape[at] === size),
    );
    invariant(isAlike, `${inputs.map(showType).join(", ")} differ outside axis ${axis}`);
    const total = inputs.reduce((sum, each) => sum + each.shape[axis]!, 0);
    return { shape: shape.map((size, at) => (at === axis ? total : size)), batched };
  },
  evaluate: ({ inputs, attributes: { axis }, shape }) => {
    const result = new Float64Array(countOf(shape));
    const outer = countOf(shape.slice(0, axis));
    const run = countOf(shape.slice(axis));
    let place = 0;
    for (const { shape: own, data } of inputs) {
      const length = countOf(own.slice(axis));
      for (let row = 0; row < outer; row++)
        result.set(data.subarray(row * length, (row + 1) * length), row * run + place);
      place += length;
    }
    return result;
  },
  gradient: (graph, node, gradient) => {
    const { axis } = node.attributes;
    let place = 0;
    return node.inputs.map(({ type: { shape } }) => {
      const start = shape.map((_, at) => (at === axis ? place : 0));
      place += shape[axis]!;
      return graph.slice(gradient, start, shape);
    });
  },
  fold: (_graph, inputs) => (inputs.length === 1 ? inputs[0] : undefined),
};
