import type { Node } from "../../ir/graph.ts";
import type { Prepared } from "./prepare.ts";

/** Hands out names that are unique in the plan and made of letters, digits and `_` only. */
export class Names {
  private readonly taken = new Set<string>();

  reserve(name: string): void {
    this.taken.add(name);
  }

  unique(wanted: string): string {
    let name = wanted;
    for (let number = 2; this.taken.has(name); number++) name = `${wanted}_${number}`;
    this.taken.add(name);
    return name;
  }
}

/** Letters, digits and single underscores; starts with a letter; at most 60 characters. */
export function sanitize(text: string): string {
  const plain = text
    .replaceAll(/[^A-Za-z0-9]+/g, "_")
    .replaceAll(/^_+|_+$/g, "")
    .slice(0, 60);
  return /^[A-Za-z]/.test(plain) ? plain : `v_${plain}`;
}

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
