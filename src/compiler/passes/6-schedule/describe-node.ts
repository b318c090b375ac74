import type { Node } from "../../ir/graph.ts";
import { sanitize } from "../../plan/identifiers.ts";
import type { Prepared } from "./prepare.ts";

/** What a value is called, from where it comes from: `h1`, `h1_weight_gradient`, `loss`, `h1_weight_update`. */
export function describeNode(node: Node, graph: Prepared): string {
  for (const [name, output] of graph.outputs) if (output === node) return sanitize(name);
  for (const [path, update] of graph.updates) if (update === node) return sanitize(`${path}_next`);
  const path = node.origin.path === "" ? node.op : node.origin.path;
  return sanitize(`${path}${suffixOf(node, graph)}`);
}

function suffixOf(node: Node, graph: Prepared): string {
  switch (node.origin.role) {
    case "forward":
      return partOf(node);
    case "gradient":
      return `_${parameterOf(node, graph)}gradient`;
    case "update":
      return "_update";
    case "loss":
    case "penalty":
    case "metric":
    case "schedule":
      return `${node.origin.path === node.origin.role ? "" : `_${node.origin.role}`}${partOf(node)}`;
  }
}

function partOf(node: Node): string {
  switch (node.op) {
    case "reduce_max":
    case "window_max":
      return "_max";
    case "window_argmax":
      return "_place";
    case "reduce_sum":
      return "_sum";
    case "exp":
      return "_exp";
    default:
      return "";
  }
}

/** `weight_` when the gradient has the shape of that parameter of its own layer. */
function parameterOf(node: Node, graph: Prepared): string {
  if (node.type.batched) return "";
  const shape = node.type.shape.join(",");
  const own = graph.order.find(
    (other) =>
      other.op === "parameter" &&
      other.type.shape.join(",") === shape &&
      other.attributes.name.startsWith(`${node.origin.path}.`),
  );
  return own?.op === "parameter"
    ? `${own.attributes.name.slice(node.origin.path.length + 1)}_`
    : "";
}
