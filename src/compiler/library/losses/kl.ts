import { defineLoss } from "../define.ts";
import { classAxis } from "../support/classes.ts";
import { drawnClassScore } from "../support/scores.ts";
import { logSoftmaxOf } from "../support/softmax.ts";

export const kl = defineLoss({
  name: "kl",
  summary:
    "The Kullback-Leibler divergence of the predicted distribution from the right one; takes logits and a distribution.",
  formula: "L = sum over k of t_k (log t_k - log softmax(z)_k), with 0 log 0 = 0",
  source: "Kullback, Leibler 1951, On Information and Sufficiency",
  operands: [
    {
      name: "logits",
      accepts: "logits",
      summary: "Scores of the classes, before softmax; the class axis is the last.",
    },
    {
      name: "target",
      accepts: "like",
      summary: "The right distribution: numbers from 0 to 1 with the sum 1 along the class axis.",
    },
  ],
  likelihood: "softmax",
  arguments: {},
  example: "loss: kl(logits, shares)",
  pitfalls:
    "Takes logits: no `softmax` before it. It differs from `cross_entropy` by the entropy of the target, which is constant: the gradients are equal, and 0 is the least there is. Targets are not checked to have the sum 1.",
  techniques: ["E11"],
  score: drawnClassScore,
  perExample: (graph, [logits, target]) => {
    const axis = classAxis(logits!);
    const isNone = graph.equal(target!, 0);
    const logTarget = graph.log(graph.select(isNone, 1, target!));
    const terms = graph.select(
      isNone,
      0,
      graph.multiply(target!, graph.subtract(logTarget, logSoftmaxOf(graph, logits!, axis))),
    );
    return graph.sum(terms, [axis]);
  },
});
