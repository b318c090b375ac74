import type { Node } from "../../ir/graph.ts";
import type { Expr, Kernel } from "../../plan/plan.ts";
import { subexpressions } from "../../plan/expressions.ts";

function shapeText(shape: readonly number[]): string {
  return shape.length === 0 ? "scalar" : `[${shape.join(", ")}]`;
}

/** One line for the generated code: operands with shapes, what is done to them, the shape of the result. */
export function commentOf(name: string, members: readonly Node[], kernel: Pick<Kernel, "term" | "initial" | "stores" | "combine">): string {
  const first = members[0]!;
  const core = kernel.combine === undefined ? operandsText(kernel) : reductionText(first);
  const bias = kernel.initial === undefined ? "" : " + bias";
  const after = epilogueText(kernel.combine === undefined ? members : members.slice(1), kernel.stores.map((store) => store.value));
  return `${name}: ${[`${core}${bias}`, ...after, shapeText(first.type.shape)].join(" → ")}`;
}

function reductionText(node: Node): string {
  const shapes = node.inputs.map((input) => shapeText(input.type.shape));
  switch (node.op) {
    case "contract": return `${shapes.join(" · ")} (${node.attributes.labels})`;
    case "reduce_sum": return `sum of ${shapes[0]!}`;
    case "reduce_max": return `max of ${shapes[0]!}`;
    case "convolve": return `${shapes[0]!} convolved with ${shapes[1]!}`;
    default: return `${node.op.replaceAll("_", " ")} of ${shapes.join(", ")}`;
  }
}

function operandsText(kernel: Pick<Kernel, "stores">): string {
  const buffers = new Map<string, readonly number[]>();
  for (const expression of subexpressions(...kernel.stores.map((store) => store.value))) {
    if (expression.kind === "load") buffers.set(expression.access.buffer.name, expression.access.buffer.shape);
  }
  return buffers.size === 0 ? "numbers" : [...buffers].map(([name, shape]) => `${name} ${shapeText(shape)}`).join(", ");
}

/** The names of the operations behind the core, when they are few. */
function epilogueText(members: readonly Node[], values: readonly Expr[]): readonly string[] {
  if (members.length === 0) return [];
  const operations = subexpressions(...values).flatMap((value) => (value.kind === "apply" ? [operationName(value)] : []));
  const distinct = [...new Set(operations)];
  return distinct.length <= 4 ? distinct : [...distinct.slice(0, 3), "…"];
}

function operationName(value: Extract<Expr, { kind: "apply" }>): string {
  const zero = value.args[1];
  if (value.op === "maximum" && zero?.kind === "constant" && zero.value === 0) return "relu";
  return value.op.replaceAll("_", " ");
}
