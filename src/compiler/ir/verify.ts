import { InternalError } from "../base/invariant.ts";
import { nodesOf, type Graph, type Node } from "./graph.ts";
import { keyOf } from "./interning.ts";
import { attributeNames } from "./primitives/attribute-names.ts";
import { primitiveOf } from "./primitives/index.ts";
import { sameType, showType } from "./types.ts";

/**
 * The specification of a graph, executed: throws an InternalError that names the pass (`when`: "after simplify"), the node
 * and the rule it breaks.
 *
 * 1. Every op is a primitive, with exactly its attributes.
 * 2. Operands, attributes and the batch axis obey the type rule, and the type is what the rule gives.
 * 3. Equal nodes are one node.
 * 4. A name means one leaf: one kind and one type for each input, parameter, state and stream.
 * 5. Constants are numbers, not NaN.
 * 6. An update goes to a parameter or state, and has its type; it is not batched.
 *
 * Nodes do not change, so those that were verified in another graph are only compared with their like.
 */
export function verify(graph: Graph, when: string, verified: Verified = new Map()): void {
  const nodes = nodesOf(graph);
  const leaves = new Map<string, Node>();
  const known = new Map<string, Node>();
  for (const node of nodes) {
    const problem =
      (verified.has(node) ? undefined : ownProblem(node, when, verified)) ??
      duplicateOf(node, verified.get(node)!, known) ??
      conflictOf(node, leaves);
    if (problem) throw new InternalError(`${when}: ${describe(node)}: ${problem}`);
  }
  for (const [name, node] of graph.updates) {
    const problem = updateProblem(name, node, leaves);
    if (problem)
      throw new InternalError(`${when}: update of ${name} by ${describe(node)}: ${problem}`);
  }
}

/** Nodes that keep the rules for a single node, each with the key by which equal ones are found. */
export type Verified = Map<Node, string>;

function ownProblem(node: Node, when: string, verified: Verified): string | undefined {
  if (node.op === "scan") {
    const body = node.attributes.body.map((value, place) => [String(place), value] as const);
    verify(
      { outputs: new Map(body), updates: new Map() },
      `${when}, in the body of ${describe(node)}`,
      verified,
    );
  }
  const problem = problemOf(node);
  if (problem === undefined) verified.set(node, keyOf(node.op, node.inputs, node.attributes));
  return problem;
}

function describe(node: Node): string {
  return `node ${node.id}, ${node.op} ${showType(node.type)}, of ${node.origin.path || "no path"} (${node.origin.role})`;
}

function problemOf(node: Node): string | undefined {
  if (!Object.hasOwn(attributeNames, node.op)) return "no such primitive";
  const expected: readonly string[] = attributeNames[node.op];
  const found = Object.keys(node.attributes);
  if (found.length !== expected.length || !expected.every((name) => found.includes(name))) {
    return `attributes are ${expected.join(", ")}, not ${found.join(", ")}`;
  }
  if (node.op === "constant" && Number.isNaN(node.attributes.value)) return "a constant is not NaN";
  return typeProblem(node);
}

function typeProblem(node: Node): string | undefined {
  try {
    const type = primitiveOf(node.op).type(
      node.inputs.map((operand) => operand.type),
      node.attributes as never,
    );
    return sameType(type, node.type) ? undefined : `its type is ${showType(type)}`;
  } catch (error) {
    if (error instanceof InternalError) return error.message;
    throw error;
  }
}

function duplicateOf(node: Node, key: string, known: Map<string, Node>): string | undefined {
  const before = known.get(key);
  known.set(key, node);
  return before ? `the same as node ${before.id}` : undefined;
}

/** Parameters and states share their names with updates; inputs and streams have name spaces of their own. */
function conflictOf(node: Node, leaves: Map<string, Node>): string | undefined {
  if (node.op !== "input" && node.op !== "parameter" && node.op !== "state" && node.op !== "random")
    return undefined;
  const name = node.op === "random" ? node.attributes.stream : node.attributes.name;
  const space = node.op === "parameter" || node.op === "state" ? "kept" : node.op;
  const before = leaves.get(`${space} ${name}`);
  leaves.set(`${space} ${name}`, node);
  return before ? `"${name}" is also ${describe(before)}` : undefined;
}

function updateProblem(
  name: string,
  node: Node,
  leaves: ReadonlyMap<string, Node>,
): string | undefined {
  if (node.type.batched) return "what is kept has no batch axis";
  const target = leaves.get(`kept ${name}`);
  return target && !sameType(target.type, node.type)
    ? `it has the type ${showType(target.type)}`
    : undefined;
}
