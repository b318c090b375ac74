import type { GraphBuilder } from "../../ir/builder.ts";
import type { Node } from "../../ir/graph.ts";
import type { Decided, OperandSpecification } from "../definition.ts";
import { classAxis, labelsOf, oneHot } from "./classes.ts";
import { sameShape } from "./rows.ts";
import { logSoftmaxOf, softmaxOf } from "./softmax.ts";

/** What a metric of decisions is of. */
export const decisionOperands: readonly OperandSpecification[] = [
  {
    name: "scores",
    accepts: "decisions",
    summary:
      "Scores of the classes, the class axis last; or the logit of a yes; or the logits of several labels that are there or not.",
  },
  {
    name: "truth",
    accepts: "truths",
    summary: "The right class; or 0 or 1 for each logit.",
  },
];

/** The arguments of a metric that is a share of each class. */
export const sharedArguments = {
  average: {
    kind: "symbol",
    choices: ["macro", "micro", "weighted"],
    named: true,
    optional: true,
    summary:
      "`macro`: the mean over the classes (or labels); `weighted`: that mean by how frequent they are; `micro`: of all decisions together. Left out it is `macro`, and of one logit the metric of class 1.",
  },
  class: {
    kind: "class",
    named: true,
    optional: true,
    summary: "The metric of this class (or label) alone.",
  },
} as const;

/** One class is averaged with no other. */
export function checkShared({
  average,
  class: own,
}: {
  readonly average: string | undefined;
  readonly class: number | string | undefined;
}): { readonly problem: string; readonly help: string; readonly argument: string } | undefined {
  return average === undefined || own === undefined
    ? undefined
    : {
        problem: "the metric of one class is no average",
        help: "give `class` or `average`",
        argument: "average",
      };
}

/** What is right and what is decided, as numbers of classes; of labels and switches 1 where they are there or on. -1 is no decision. */
export function decisionsOf(
  graph: GraphBuilder,
  [scores, truth]: readonly Node[],
  { among }: Decided,
): { readonly actual: Node; readonly predicted: Node } {
  if (among === "classes")
    return {
      actual: labelsOf(graph, scores!, truth!),
      predicted: labelsOf(graph, scores!, scores!),
    };
  return { actual: isTrue(graph, truth!, scores!), predicted: isOn(graph, scores!) };
}

/** A truth as 0 or 1, of the shape of the scores. */
function isTrue(graph: GraphBuilder, truth: Node, scores: Node): Node {
  return graph.lessEqual(0.5, sameShape(graph, truth, scores));
}

/** A logit that is no number decides nothing. */
function isOn(graph: GraphBuilder, logit: Node): Node {
  return graph.select(graph.lessEqual(0, logit), 1, graph.select(graph.less(logit, 0), 0, -1));
}

/** A score that grows with the chance of each class, or label, and whether it is the right one; of two classes those of class 1 alone. */
export function rankingsOf(
  graph: GraphBuilder,
  [scores, truth]: readonly Node[],
  { among, count }: Decided,
): { readonly score: Node; readonly label: Node } {
  if (among !== "classes") return { score: scores!, label: truth! };
  const hot = oneHot(graph, scores!, labelsOf(graph, scores!, truth!));
  if (count > 2) return { score: logSoftmaxOf(graph, scores!, classAxis(scores!)), label: hot };
  const margin = graph.subtract(ofClass(graph, scores!, 1), ofClass(graph, scores!, 0));
  return { score: margin, label: ofClass(graph, hot, 1) };
}

function ofClass(graph: GraphBuilder, x: Node, index: number): Node {
  const axis = classAxis(x);
  const start = x.type.shape.map((_, place) => (place === axis ? index : 0));
  const size = x.type.shape.map((extent, place) => (place === axis ? 1 : extent));
  return graph.slice(x, start, size);
}

/** How sure each decision is, from the chance of what is decided, and whether it is right. */
export function confidenceOf(
  graph: GraphBuilder,
  operands: readonly Node[],
  decided: Decided,
): { readonly confidence: Node; readonly right: Node } {
  const [scores] = operands;
  const { actual, predicted } = decisionsOf(graph, operands, decided);
  const right = graph.equal(actual, predicted);
  if (decided.among !== "classes")
    return { confidence: graph.sigmoid(graph.absolute(scores!)), right };
  const axis = classAxis(scores!);
  return { confidence: graph.max(softmaxOf(graph, scores!, axis), [axis]), right };
}
