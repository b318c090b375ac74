import type { Node } from "../../ir/graph.ts";
import { operandsText, operationsText, shapeText } from "../../plan/describe.ts";
import type { Kernel } from "../../plan/plan.ts";

/** One line for the generated code: operands with shapes, what is done to them, the shape of the result. */
export function commentOf(
  name: string,
  members: readonly Node[],
  kernel: Pick<Kernel, "initial" | "stores" | "combine">,
): string {
  const first = members[0]!;
  const values = kernel.stores.map((store) => store.value);
  const core = kernel.combine === undefined ? operandsText(values) : reductionText(first);
  const bias = kernel.initial === undefined ? "" : " + bias";
  return `${name}: ${[`${core}${bias}`, ...operationsText(values), shapeText(first.type.shape)].join(" → ")}`;
}

function reductionText(node: Node): string {
  const shapes = node.inputs.map((input) => shapeText(input.type.shape));
  switch (node.op) {
    case "contract":
      return `${shapes.join(" · ")} (${node.attributes.labels})`;
    case "reduce_sum":
      return `sum of ${shapes[0]!}`;
    case "reduce_max":
      return `max of ${shapes[0]!}`;
    case "convolve":
      return `${shapes[0]!} convolved with ${shapes[1]!}`;
    default:
      return `${node.op.replaceAll("_", " ")} of ${shapes.join(", ")}`;
  }
}
