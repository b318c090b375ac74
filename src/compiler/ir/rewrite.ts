import { invariant } from "../base/invariant.ts";
import type { GraphBuilder } from "./builder.ts";
import { nodesOf, type Graph, type Node } from "./graph.ts";
import { sameType, showType } from "./types.ts";

/** A better node of the same type and value, or undefined. New nodes are made with `graph`. */
export type Rule = (graph: GraphBuilder, node: Node, context: RewriteContext) => Node | undefined;

interface RewriteContext {
  /** Whether exactly one node (or output) uses `node`, so that it disappears with its user; false when not known yet. */
  readonly isOnlyUse: (node: Node) => boolean;
}

/** More rounds, or rewrites of one node, than any list of rules that ends needs. */
const limit = 100;

/** Applies the rules from the leaves up, again and again, until none of them changes anything. */
export function rewriteToFixpoint(
  builder: GraphBuilder,
  graph: Graph,
  rules: readonly Rule[],
): Graph {
  let current = graph;
  for (let round = 0; round < limit; round++) {
    const next = rewrite(builder, current, rules);
    if (isSame(next, current)) return next;
    current = next;
  }
  invariant(false, `the rewriting does not end after ${limit} rounds`);
}

/** One round over the whole graph; nodes that a rule makes are rewritten at once. */
function rewrite(builder: GraphBuilder, graph: Graph, rules: readonly Rule[]): Graph {
  const nodes = nodesOf(graph);
  const rewriter = new Rewriter(builder, rules, useCounts(graph, nodes));
  for (const node of nodes) rewriter.rewritten(node);
  const map = (named: ReadonlyMap<string, Node>): Map<string, Node> =>
    new Map([...named].map(([name, node]) => [name, rewriter.rewritten(node)]));
  return { outputs: map(graph.outputs), updates: map(graph.updates) };
}

class Rewriter implements RewriteContext {
  private readonly done = new Map<Node, Node>();
  private readonly builder: GraphBuilder;
  private readonly rules: readonly Rule[];
  private readonly uses: ReadonlyMap<Node, number>;

  constructor(builder: GraphBuilder, rules: readonly Rule[], uses: ReadonlyMap<Node, number>) {
    this.builder = builder;
    this.rules = rules;
    this.uses = uses;
  }

  isOnlyUse = (node: Node): boolean => this.uses.get(node) === 1;

  rewritten(node: Node, depth = 0): Node {
    const known = this.done.get(node);
    if (known) return known;
    invariant(depth < limit, `the rewriting of ${node.op} does not end`);
    const graph = this.builder.at(node.origin);
    const inputs = node.inputs.map((operand) => this.rewritten(operand, depth + 1));
    const isUnchanged = inputs.every((operand, place) => operand === node.inputs[place]);
    const rebuilt = isUnchanged ? node : graph.make(node.op, inputs, node.attributes as never);
    const better = rebuilt === node ? this.firstOf(graph, node) : rebuilt;
    const result =
      better === undefined || better === node ? node : this.rewritten(better, depth + 1);
    invariant(
      sameType(result.type, node.type),
      `${node.op} ${showType(node.type)} was rewritten to ${result.op} ${showType(result.type)}`,
    );
    this.done.set(node, result);
    return result;
  }

  private firstOf(graph: GraphBuilder, node: Node): Node | undefined {
    for (const rule of this.rules) {
      const better = rule(graph, node, this);
      if (better && better !== node) return better;
    }
    return undefined;
  }
}

function useCounts(graph: Graph, nodes: readonly Node[]): ReadonlyMap<Node, number> {
  const counts = new Map<Node, number>();
  const used = [
    ...nodes.flatMap(({ inputs }) => inputs),
    ...graph.outputs.values(),
    ...graph.updates.values(),
  ];
  for (const node of used) counts.set(node, (counts.get(node) ?? 0) + 1);
  return counts;
}

function isSame(a: Graph, b: Graph): boolean {
  return isSameTable(a.outputs, b.outputs) && isSameTable(a.updates, b.updates);
}

function isSameTable(a: ReadonlyMap<string, Node>, b: ReadonlyMap<string, Node>): boolean {
  return [...a].every(([name, node]) => b.get(name) === node);
}
