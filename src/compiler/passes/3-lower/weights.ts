import { invariant } from "../../base/invariant.ts";
import type { Node } from "../../ir/graph.ts";
import type { Weight } from "../../typed/program.ts";
import type { ModelLowering } from "./lowering.ts";
import { shapeOf } from "./sizes.ts";

/** The parameter of a weight, or the one that it is tied to (transposed where the author says so). */
export function weightNode(lowering: ModelLowering, weight: Weight): Node {
  if (weight.tied === undefined) {
    const graph = lowering.graph.at({ path: weight.path, role: "forward" });
    return graph.parameter(weight.path, { shape: shapeOf(lowering.sizes, weight.shape), batched: false });
  }
  const { to, transposed } = weight.tied;
  const other = lowering.model.weights.find(({ path }) => path === to);
  invariant(other, `${weight.path} is tied to ${to}, which does not exist`);
  const node = weightNode(lowering, other);
  return transposed ? lowering.graph.at({ path: weight.path, role: "forward" }).transpose(node, [1, 0]) : node;
}
