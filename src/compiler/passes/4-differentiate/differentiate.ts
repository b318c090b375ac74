import { invariant } from "../../base/invariant.ts";
import type { GraphBuilder } from "../../ir/builder.ts";
import { fit } from "../../ir/constants.ts";
import { nodesOf, type Node } from "../../ir/graph.ts";
import type { Gradient } from "../../ir/primitives/primitive.ts";
import { primitiveOf } from "../../ir/primitives/index.ts";
import { scanGradient } from "./scan-gradient.ts";
import { isScalar, sameType, showType } from "../../ir/types.ts";

/** How the gradients of a graph are made; the tests hand in a wrong rule to see that they notice. */
export type GradientRule = (node: Node) => Gradient<never>;

/**
 * ∂loss/∂x for every x of `wrt`, each of the type of its x, by one walk from the scalar loss to the leaves: every node adds
 * its vector-Jacobian products to what its operands have gathered. Where no path leads there, the gradient is 0.
 */
export function differentiate(
  graph: GraphBuilder,
  loss: Node,
  wrt: readonly Node[],
  rule: GradientRule = ruleOf,
): ReadonlyMap<Node, Node> {
  invariant(isScalar(loss.type), `only a scalar can be differentiated, not ${showType(loss.type)}`);
  const order = nodesOf({ outputs: new Map([["loss", loss]]), updates: new Map() });
  const concerned = dependents(order, wrt);
  const gathered = new Map<Node, Node>([[loss, graph.constant(1)]]);
  for (const node of order.toReversed()) {
    const gradient = gathered.get(node);
    if (gradient && concerned.has(node)) pass(graph, node, gradient, concerned, gathered, rule);
  }
  return new Map(
    wrt.map((node) => [node, gathered.get(node) ?? fit(graph, graph.constant(0), node.type)]),
  );
}

/** That of a scan is made of the gradients of its body. */
function ruleOf(node: Node): Gradient<never> {
  if (node.op !== "scan") return primitiveOf(node.op).gradient as Gradient<never>;
  return ((graph, scan, gradient) =>
    scanGradient(
      graph,
      scan,
      gradient,
      differentiate,
    )) satisfies Gradient<"scan"> as Gradient<never>;
}

/** The nodes whose value depends on one of `wrt`. */
function dependents(order: readonly Node[], wrt: readonly Node[]): ReadonlySet<Node> {
  const found = new Set<Node>(wrt);
  for (const node of order) if (node.inputs.some((operand) => found.has(operand))) found.add(node);
  return found;
}

function pass(
  graph: GraphBuilder,
  node: Node,
  gradient: Node,
  concerned: ReadonlySet<Node>,
  gathered: Map<Node, Node>,
  rule: GradientRule,
): void {
  const here = graph.at({ path: node.origin.path, role: "gradient" });
  const products = rule(node)(here, node as never, gradient);
  products.forEach((product, place) => {
    const operand = node.inputs[place]!;
    if (!product || !concerned.has(operand)) return;
    invariant(
      sameType(product.type, operand.type),
      `the gradient of operand ${place} of ${node.op} is ${showType(product.type)}, not ${showType(operand.type)}`,
    );
    const before = gathered.get(operand);
    gathered.set(operand, before ? here.add(before, product) : product);
  });
}
