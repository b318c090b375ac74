import { defineLoss } from "../define.ts";
import { rectify } from "../support/branch.ts";
import { chosenLogit, classAxis, oneHot } from "../support/classes.ts";

export const hinge = defineLoss({
  name: "hinge",
  summary: "Multiclass support vector machine: the right class must win by a margin.",
  formula: "L = sum over j != y of max(0, s_j - s_y + margin)",
  source: "Weston, Watkins 1999",
  margin: true,
  operands: [
    {
      name: "scores",
      accepts: "logits",
      summary: "Scores of the classes; the class axis is the last.",
    },
    { name: "label", accepts: "classes", summary: "The right class." },
  ],
  arguments: {
    margin: {
      kind: "number",
      named: true,
      minimum: 0,
      exclusive: "minimum",
      default: 1,
      summary: "By how much the right class must win.",
    },
  },
  example: "loss: hinge(scores, species)",
  pitfalls: "It needs labels: soft targets (mixup, label smoothing) do not fit.",
  techniques: ["E3"],
  perExample: (graph, [scores, label], { margin }) => {
    const axis = classAxis(scores!);
    const hot = oneHot(graph, scores!, label!);
    const right = graph.spread(chosenLogit(graph, scores!, hot), scores!.type, [axis]);
    const short = rectify(graph, graph.add(graph.subtract(scores!, right), margin));
    return graph.sum(graph.select(hot, 0, short), [axis]);
  },
});
