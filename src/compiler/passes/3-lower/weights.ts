import { invariant } from "../../base/invariant.ts";
import type { Node } from "../../ir/graph.ts";
import type { Weight } from "../../typed/program.ts";
import { connectionsStream } from "../../plan/names.ts";
import { keptName, type ModelLowering } from "./lowering.ts";
import { shapeOf } from "./sizes.ts";

/** The parameter of a weight, or the one that it is tied to (transposed where the author says so). */
export function weightNode(lowering: ModelLowering, weight: Weight): Node {
  return untied(lowering, weight, ownNode);
}

/**
 * The weight as layers use it. With DropConnect (Wan, Zeiler, Zhang, LeCun, Fergus 2013) and noise on, each entry is 0 with its
 * chance and the others are divided by 1 − chance; one mask a step, the same wherever the weight is used.
 */
export function weightInUse(lowering: ModelLowering, weight: Weight): Node {
  return untied(lowering, weight, connections);
}

function untied(
  lowering: ModelLowering,
  weight: Weight,
  of: (lowering: ModelLowering, weight: Weight) => Node,
): Node {
  if (weight.tied === undefined) return of(lowering, weight);
  const { to, transposed } = weight.tied;
  const other = lowering.model.weights.find(({ path }) => path === to);
  invariant(other, `${weight.path} is tied to ${to}, which does not exist`);
  const node = untied(lowering, other, of);
  return transposed
    ? lowering.graph.at({ path: weight.path, role: "forward" }).transpose(node, [1, 0])
    : node;
}

function ownNode(lowering: ModelLowering, weight: Weight): Node {
  const graph = lowering.graph.at({ path: weight.path, role: "forward" });
  return graph.parameter(keptName(lowering, weight.path), {
    shape: shapeOf(lowering.sizes, weight.shape),
    batched: false,
  });
}

function connections(lowering: ModelLowering, weight: Weight): Node {
  const node = ownNode(lowering, weight);
  const drop = lowering.noisy ? lowering.dropconnect.get(weight.path) : undefined;
  if (drop === undefined) return node;
  const graph = lowering.graph.at({ path: weight.path, role: "forward" });
  const kept = graph.lessEqual(drop, graph.random(connectionsStream(weight.path), node.type));
  return graph.select(kept, graph.divide(node, 1 - drop), 0);
}
