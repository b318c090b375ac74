import type { ArrayType } from "../../ir/array-type.ts";
import type { GraphBuilder } from "../../ir/builder.ts";
import type { Node } from "../../ir/graph.ts";
import { classAxis } from "./classes.ts";
import { axesOf } from "./arrange.ts";
import { rowSum } from "./rows.ts";
import { logSoftmaxOf } from "./softmax.ts";

type Uniform = (purpose: string, type: ArrayType) => Node;

/**
 * -log softmax(z) at a class drawn from softmax(z): the largest of z_k - log(-log u_k) (Gumbel's trick; Maddison et al. 2014). The
 * draw is a comparison, so no gradient flows through it.
 */
export function drawnClassScore(graph: GraphBuilder, logits: Node, uniform: Uniform): Node {
  const axis = classAxis(logits);
  const inside = graph.add(graph.multiply(uniform("class", logits.type), 1 - 2 ** -20), 2 ** -21);
  const perturbed = graph.subtract(logits, graph.log(graph.negate(graph.log(inside))));
  const drawn = graph.equal(
    perturbed,
    graph.spread(graph.max(perturbed, [axis]), logits.type, [axis]),
  );
  return graph.negate(graph.sum(graph.select(drawn, logSoftmaxOf(graph, logits, axis), 0), [axis]));
}

/** (sigmoid(z) - t) z with t drawn from sigmoid(z), so that its gradient counts t alone; the mean over k features as a sum over sqrt(k). */
export function drawnSwitchScore(graph: GraphBuilder, logits: Node, uniform: Uniform): Node {
  const share = graph.sigmoid(logits);
  const drawn = graph.less(uniform("switch", logits.type), share);
  // log(1 + e^z) has the slope sigmoid(z): max(z, 0) + log(1 + e^-|z|).
  const softplus = graph.add(
    graph.maximum(logits, 0),
    graph.log(graph.add(1, graph.exp(graph.negate(graph.absolute(logits))))),
  );
  return graph.divide(
    rowSum(graph, graph.subtract(softplus, graph.multiply(drawn, logits))),
    Math.sqrt(featuresOf(logits)),
  );
}

/** -sqrt(h) sum e_k y_k with e standard normal (Box and Muller 1958): the score of numbers around y where the loss has the curvature h. */
export function drawnNumberScore(
  graph: GraphBuilder,
  prediction: Node,
  uniform: Uniform,
  curvature: number,
): Node {
  const radius = graph.sqrt(
    graph.multiply(-2, graph.log(graph.subtract(1, uniform("radius", prediction.type)))),
  );
  const normal = graph.multiply(
    radius,
    graph.cosine(graph.multiply(2 * Math.PI, uniform("angle", prediction.type))),
  );
  return graph.multiply(-Math.sqrt(curvature), rowSum(graph, graph.multiply(normal, prediction)));
}

/** How many numbers a row has. */
export function featuresOf(x: Node): number {
  return axesOf(x.type.shape.length)
    .slice(1)
    .reduce((product, axis) => product * x.type.shape[axis]!, 1);
}
