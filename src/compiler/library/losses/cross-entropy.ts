import { logSoftmax } from "../activations/log-softmax.ts";
import { softmax } from "../activations/softmax.ts";
import { defineLoss } from "../define.ts";
import type { GraphBuilder } from "../../ir/builder.ts";
import type { Node } from "../../ir/graph.ts";
import { areLabels, classAxis, oneHot } from "../support/classes.ts";
import { drawnClassScore } from "../support/scores.ts";
import { logSoftmaxOf } from "../support/softmax.ts";

/** The weight of each class along the class axis. */
function classWeights(graph: GraphBuilder, logits: Node, weights: readonly number[]): Node {
  const index = graph.iota(logits.type, classAxis(logits));
  const terms = weights.map((weight, place) => graph.multiply(weight, graph.equal(index, place)));
  return terms.reduce((sum, term) => graph.add(sum, term));
}

export const crossEntropy = defineLoss({
  name: "cross_entropy",
  summary: "How surprised the predicted distribution is by the right class; takes logits.",
  formula:
    "L = -sum over k of w_k q_k log softmax(z)_k, with q = (1 - smoothing) target + smoothing / C and w the class weights",
  applies: [softmax, logSoftmax],
  operands: [
    {
      name: "logits",
      accepts: "logits",
      summary: "Scores of the classes, before softmax; the class axis is the last.",
    },
    {
      name: "label",
      accepts: "classes",
      soft: true,
      summary: "The right class, or a distribution over the classes.",
    },
  ],
  likelihood: "softmax",
  arguments: {
    smoothing: {
      kind: "number",
      named: true,
      minimum: 0,
      maximum: 1,
      exclusive: "maximum",
      default: 0,
      summary: "The share of the target that is spread evenly over all classes (label smoothing).",
    },
    weights: {
      kind: "number",
      list: true,
      named: true,
      optional: true,
      minimum: 0,
      summary: "A factor for each class, in the order of the classes.",
    },
  },
  example: "loss: cross_entropy(logits, label, smoothing: 0.1)",
  pitfalls:
    "Takes logits: no `softmax` before it. With class weights the mean divides by the number of examples, not by the sum of the weights.",
  techniques: ["E2", "E10"],
  score: drawnClassScore,
  perExample: (graph, [logits, label], { smoothing, weights }) => {
    const logProbabilities = logSoftmaxOf(graph, logits!, classAxis(logits!));
    const target = areLabels(logits!, label!) ? oneHot(graph, logits!, label!) : label!;
    const classes = logits!.type.shape.at(-1)!;
    const smoothed = graph.add(graph.multiply(target, 1 - smoothing), smoothing / classes);
    const weighted =
      weights === undefined
        ? smoothed
        : graph.multiply(smoothed, classWeights(graph, logits!, weights));
    const terms = graph.select(
      graph.equal(weighted, 0),
      0,
      graph.multiply(weighted, logProbabilities),
    );
    return graph.negate(graph.sum(terms, [classAxis(logits!)]));
  },
});
