import { showLoss } from "../typed/show.ts";
import { defineSetting } from "./setting.ts";

declare module "../typed/program.ts" {
  interface TypedRun {
    readonly loss: LossExpression;
  }
}

export const loss = defineSetting({
  name: "loss",
  summary: "What training makes small.",
  takes: "an expression over the model's values and the data's fields (8.3)",
  otherwise: "none: mandatory (NN0702)",
  items: "loss",
  example: "loss: cross_entropy(mood, label) + 0.3 * mean_squared_error(age, years)",
  details:
    "A sum of losses of the library, each perhaps times or divided by a number. Training takes the mean over the rows of the batch. Penalties stand in rules.",
  infer: ({ read }) => {
    const expression = read("loss");
    return expression && { loss: expression };
  },
  show: (run) => showLoss(run.loss),
});
