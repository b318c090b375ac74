import type { Rule } from "../../../ir/rewrite.ts";

/** A slice that takes nothing from the padding → a slice of what was padded. */
export const sliceOfPad: Rule = (graph, node) => {
  const [operand] = node.inputs;
  if (node.op !== "slice" || operand!.op !== "pad") return undefined;
  const inner = operand!.inputs[0]!;
  const { start, size } = node.attributes;
  const from = start.map((first, axis) => first - operand!.attributes.low[axis]!);
  const isInside = from.every(
    (first, axis) => first >= 0 && first + size[axis]! <= inner.type.shape[axis]!,
  );
  return isInside ? graph.slice(inner, from, size) : undefined;
};

/** A slice that lies in one part of a concatenation → a slice of that part. */
export const sliceOfConcatenate: Rule = (graph, node) => {
  const [operand] = node.inputs;
  if (node.op !== "slice" || operand!.op !== "concatenate") return undefined;
  const { axis } = operand!.attributes;
  const { start, size } = node.attributes;
  let offset = 0;
  for (const part of operand!.inputs) {
    const extent = part.type.shape[axis]!;
    const from = start[axis]! - offset;
    if (from >= 0 && from + size[axis]! <= extent)
      return graph.slice(part, start.with(axis, from), size);
    offset += extent;
  }
  return undefined;
};
