import { invariant } from "../../../base/invariant.ts";
import type { GraphBuilder } from "../../../ir/builder.ts";
import type { Node, NodeOf } from "../../../ir/graph.ts";
import { otherAxes } from "../../../ir/primitives/axes.ts";
import { parseLabels, showLabels, type Labels } from "../../../ir/primitives/labels.ts";
import { inverse } from "../../../ir/primitives/transpose.ts";
import type { Rule } from "../../../ir/rewrite.ts";

/** contract(transpose(x), y) → contract(x, y) with the letters transposed instead. */
export const transposeInContract: Rule = (graph, node) => {
  if (node.op !== "contract") return undefined;
  const labels = parseLabels(node.attributes.labels);
  const [a, b] = node.inputs as readonly [Node, Node];
  if (a.op === "transpose")
    return graph.contract(a.inputs[0]!, b, showLabels({ ...labels, a: before(a, labels.a) }));
  if (b.op === "transpose")
    return graph.contract(a, b.inputs[0]!, showLabels({ ...labels, b: before(b, labels.b) }));
  return undefined;
};

/** The letters of what was transposed, from those of the transposition. */
function before(node: NodeOf<"transpose">, letters: string): string {
  return permuted(letters, inverse(node.attributes.permutation));
}

function permuted(letters: string, permutation: readonly number[]): string {
  return permutation.map((axis) => letters[axis]!).join("");
}

/** transpose(contract(x, y)) → contract(x, y) with the letters of the result transposed. */
export const transposeOfContract: Rule = (graph, node, { isOnlyUse }) => {
  const [operand] = node.inputs;
  if (node.op !== "transpose" || operand!.op !== "contract" || !isOnlyUse(operand!))
    return undefined;
  const labels = parseLabels(operand!.attributes.labels);
  const result = permuted(labels.result, node.attributes.permutation);
  return graph.contract(
    operand!.inputs[0]!,
    operand!.inputs[1]!,
    showLabels({ ...labels, result }),
  );
};

/**
 * contract(broadcast(x), y): letters along which x only repeats are dropped. y is summed over a dropped letter that the
 * result lacks, and the result repeats along a dropped letter that y lacks.
 */
export const broadcastInContract: Rule = (graph, node) => {
  if (node.op !== "contract") return undefined;
  const labels = parseLabels(node.attributes.labels);
  const [a, b] = node.inputs as readonly [Node, Node];
  if (a.op === "broadcast") return withoutRepetition(graph, node, a, b, labels, "a");
  if (b.op === "broadcast")
    return withoutRepetition(graph, node, b, a, { ...labels, a: labels.b, b: labels.a }, "b");
  return undefined;
};

/** `labels` with the repeated operand as `a`; `side` is where it stands in the node. */
function withoutRepetition(
  graph: GraphBuilder,
  node: NodeOf<"contract">,
  repeated: NodeOf<"broadcast">,
  other: Node,
  labels: Labels,
  side: "a" | "b",
): Node {
  const x = repeated.inputs[0]!;
  const ofX = repeated.attributes.axes.map((axis) => labels.a[axis]!).join("");
  const isGone = (letter: string): boolean => labels.a.includes(letter) && !ofX.includes(letter);
  const summed = [...labels.b].flatMap((letter, axis) =>
    isGone(letter) && !labels.result.includes(letter) ? [axis] : [],
  );
  const y = graph.sum(other, summed);
  const ofY = [...labels.b].filter((_, axis) => !summed.includes(axis)).join("");
  const result = [...labels.result]
    .filter((letter) => ofX.includes(letter) || ofY.includes(letter))
    .join("");
  const product = contractOrMultiply(graph, x, y, { a: ofX, b: ofY, result }, side);
  return graph.broadcast(
    product,
    node.type,
    [...result].map((letter) => labels.result.indexOf(letter)),
  );
}

function contractOrMultiply(
  graph: GraphBuilder,
  x: Node,
  y: Node,
  labels: Labels,
  side: "a" | "b",
): Node {
  if (labels.a === "" || labels.b === "") return multiplyByScalar(graph, x, y, labels);
  const swapped = { ...labels, a: labels.b, b: labels.a };
  return side === "a"
    ? graph.contract(x, y, showLabels(labels))
    : graph.contract(y, x, showLabels(swapped));
}

/** One of the two is a scalar, so nothing is summed any more, but the axes may be in another order. */
function multiplyByScalar(graph: GraphBuilder, x: Node, y: Node, { a, b, result }: Labels): Node {
  const [scalar, array, own] = a === "" ? [x, y, b] : [y, x, a];
  invariant(own.length === result.length, `${own} and ${result} have the same letters`);
  return graph.multiply(
    graph.transpose(
      array,
      [...result].map((letter) => own.indexOf(letter)),
    ),
    scalar,
  );
}

/**
 * Σ (broadcast(x) · broadcast(y)) → contract(x, y), where together they have every axis: a product of smaller arrays that
 * need not be repeated first. A sum of a product of whole arrays stays as it is, since that is one kernel already.
 */
export const productOfBroadcastsSummed: Rule = (graph, node, { isOnlyUse }) => {
  const [operand] = node.inputs;
  if (node.op !== "reduce_sum" || operand!.op !== "multiply" || !isOnlyUse(operand!))
    return undefined;
  const [a, b] = operand!.inputs as readonly [Node, Node];
  if (a.op !== "broadcast" || b.op !== "broadcast") return undefined;
  const rank = operand!.type.shape.length;
  const labels = {
    a: letters(a.attributes.axes),
    b: letters(b.attributes.axes),
    result: letters(otherAxes(rank, node.attributes.axes)),
  };
  const isOnTwoSides = (each: string): boolean =>
    [labels.a, labels.b, labels.result].filter((side) => side.includes(each)).length >= 2;
  const isWhole = [...letters(otherAxes(rank, []))].every(
    (each) => isOnTwoSides(each) && (labels.a + labels.b).includes(each),
  );
  return isWhole ? graph.contract(a.inputs[0]!, b.inputs[0]!, showLabels(labels)) : undefined;
};

/** a, b, c … for axes 0, 1, 2 … */
function letters(axes: readonly number[]): string {
  return axes.map((axis) => String.fromCharCode("a".charCodeAt(0) + axis)).join("");
}
