import { nodesOf, type Graph, type Node } from "../../ir/graph.ts";

/** The graph as the scheduler sees it: nodes in order, what each needs, and a node of its own for every output and update. */
export interface Prepared {
  readonly order: readonly Node[];
  readonly operands: (node: Node) => readonly Node[];
  readonly outputs: ReadonlyMap<string, Node>;
  readonly updates: ReadonlyMap<string, Node>;
}

const leaves: ReadonlySet<string> = new Set<Node["op"]>([
  "constant",
  "input",
  "parameter",
  "state",
  "scalar",
  "rows",
  "random",
  "iota",
  "local",
]);

/**
 * Outputs and updates that are leaves, or that share a node, get a copy (a reshape to the same shape), so that each has a
 * buffer of its own. The place of a maximum is found by comparing with the maximum, so `window_argmax` also needs that. Copies are numbered from `firstCopy` on.
 */
export function prepare(graph: Graph, firstCopy = 0): Prepared {
  const taken = new Set<Node>();
  let copies = firstCopy;
  const own = (name: string, node: Node): Node => {
    if (!taken.has(node) && !leaves.has(node.op)) {
      taken.add(node);
      return node;
    }
    copies++;
    return {
      id: -copies,
      op: "reshape",
      inputs: [node],
      attributes: { shape: node.type.shape },
      type: node.type,
      origin: { path: name, role: node.origin.role },
    };
  };
  const outputs = new Map(
    [...graph.outputs].map(([name, node]) => [name, own(name, node)] as const),
  );
  const updates = new Map<string, Node>();
  for (const [path, node] of graph.updates)
    if (!isItself(path, node)) updates.set(path, own(path, node));
  const { order, maxima } = withMaxima(nodesOf({ outputs, updates }), () => -++copies);
  const operands = (node: Node): readonly Node[] => {
    const maximum = maxima.get(node);
    return maximum === undefined ? node.inputs : [...node.inputs, maximum];
  };
  return { order, operands, outputs, updates };
}

function isItself(path: string, node: Node): boolean {
  return (node.op === "parameter" || node.op === "state") && node.attributes.name === path;
}

/** Puts the window maximum that belongs to each `window_argmax` in front of it: the graph's own where it has one. */
function withMaxima(
  nodes: readonly Node[],
  newId: () => number,
): { order: readonly Node[]; maxima: ReadonlyMap<Node, Node> } {
  const existing = new Map<string, Node>();
  const keyOf = (node: Node): string => `${node.inputs[0]!.id} ${JSON.stringify(node.attributes)}`;
  for (const node of nodes) if (node.op === "window_max") existing.set(keyOf(node), node);
  const maxima = new Map<Node, Node>();
  const order = new Set<Node>();
  for (const node of nodes) {
    if (node.op === "window_argmax") {
      const maximum = existing.get(keyOf(node)) ?? { ...node, id: newId(), op: "window_max" };
      maxima.set(node, maximum);
      order.add(maximum);
    }
    order.add(node);
  }
  return { order: [...order], maxima };
}
