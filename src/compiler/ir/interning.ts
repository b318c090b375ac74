import { invariant } from "../base/invariant.ts";
import type { ArrayType } from "./array-type.ts";
import type { Attributes, Node, NodeOf, Op, Origin } from "./graph.ts";

/** Gives one node for one op, operands and attributes: the first made, with the origin that it was made at. */
export class Interning {
  private readonly nodes = new Map<string, Node>();
  private readonly own = new WeakSet<Node>();
  private readonly states = new Map<string, NodeOf<"state">>();

  node<O extends Op>(
    op: O,
    inputs: readonly Node[],
    attributes: Attributes[O],
    type: ArrayType,
    origin: Origin,
  ): Node {
    invariant(
      inputs.every((operand) => this.own.has(operand)),
      `an operand of ${op} comes from another builder`,
    );
    const key = keyOf(op, inputs, attributes);
    const known = this.nodes.get(key);
    if (known) return known;
    const node = { id: this.nodes.size, op, inputs, attributes, type, origin } as unknown as Node;
    if (node.op === "state") this.keepState(node);
    this.nodes.set(key, node);
    this.own.add(node);
    return node;
  }

  stateCalled(name: string): NodeOf<"state"> | undefined {
    return this.states.get(name);
  }

  private keepState(node: NodeOf<"state">): void {
    const { name, role, of } = node.attributes;
    const known = this.states.get(name)?.attributes;
    invariant(
      known === undefined,
      `state "${name}" is the ${role} of ${of} and, with another type or meaning, the ${known?.role} of ${known?.of}`,
    );
    this.states.set(name, node);
  }
}

/** What makes a node the node it is. */
export function keyOf(op: Op, inputs: readonly Node[], attributes: Attributes[Op]): string {
  return `${op} ${inputs.map(({ id }) => id).join()} ${textOf(attributes)}`;
}

/** The nodes in a body are interned themselves. */
function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "op" in value && "inputs" in value;
}

/** Equal for equal attributes, whatever the order of their keys; −0, ∞ and NaN are kept apart. */
function textOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(textOf).join()}]`;
  if (isNode(value)) return `#${value.id}`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, each]) => `${key}:${textOf(each)}`).join()}}`;
  }
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  return JSON.stringify(value);
}
