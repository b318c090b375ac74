import { notNumbers } from "../support/axes.ts";
import { defineLayer } from "../define.ts";

export const dropout = defineLayer({
  name: "dropout",
  summary:
    "Zeroes each value with probability `drop` in training and scales the rest up, so that nothing changes at inference.",
  formula:
    "training: y = x * m / (1 - drop), with m = 1 with probability 1 - drop, else 0; inference: y = x",
  source:
    "Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov 2014, Dropout (the inverted form)",
  arguments: {
    drop: {
      kind: "number",
      minimum: 0,
      maximum: 1,
      exclusive: "maximum",
      summary: "The chance to zero a value.",
    },
  },
  example: "x -> dense(128) -> relu -> dropout(0.2)",
  pitfalls:
    "`drop` is the chance to zero, not to keep. Not before batch normalisation: the variance differs between training and inference. The vanilla form (no scaling in training, times 1 - drop at inference) trains alike, with other sizes on the way. `predict: monte_carlo(samples: 50)` leaves it on and gives the mean and spread of the answers.",
  techniques: ["D9", "D15"],
  noise: ({ drop }) => drop > 0,
  masks: true,
  between: "dropout",
  spread: ({ values: { drop } }) => ({
    forward: ([first = 1]) => first / (1 - drop),
    backward: 1 / (1 - drop),
  }),
  infer: ([type]) => notNumbers("dropout", type!) ?? type!,
  lower: ({ graph, noisy, random }, [x], { drop }) => {
    if (!noisy || drop === 0) return x!;
    const kept = graph.lessEqual(drop, random(x!.type));
    return graph.select(kept, graph.divide(x!, 1 - drop), 0);
  },
});
