import { sigmoid } from "../activations/sigmoid.ts";
import { defineLoss } from "../define.ts";
import { softplusOf } from "../support/branch.ts";
import { drawnSwitchScore } from "../support/scores.ts";
import { rowMean, sameShape } from "../support/rows.ts";

export const binaryCrossEntropy = defineLoss({
  name: "binary_cross_entropy",
  summary: "Cross-entropy of two classes with one logit.",
  formula: "L = max(z, 0) - z t + log(1 + exp(-|z|)), the mean over the features of an example",
  applies: [sigmoid],
  operands: [
    { name: "logit", accepts: "values", summary: "The logit of class 1, before sigmoid." },
    { name: "label", accepts: "binary", summary: "0 or 1, or a probability." },
  ],
  likelihood: "sigmoid",
  arguments: {},
  example: "loss: binary_cross_entropy(logit, label)",
  pitfalls: "Takes the logit: no `sigmoid` before it.",
  techniques: ["E2"],
  score: drawnSwitchScore,
  perExample: (graph, [logit, label]) => {
    const target = sameShape(graph, label!, logit!);
    return rowMean(
      graph,
      graph.subtract(softplusOf(graph, logit!), graph.multiply(logit!, target)),
    );
  },
});
