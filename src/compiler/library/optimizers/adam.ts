import { adamw } from "./adamw.ts";
import { defineOptimizer } from "../define.ts";
import { adamArguments, adamSlots, adamStep } from "../support/moments.ts";

export const adam = defineOptimizer({
  name: "adam",
  summary: "Running means of the gradient and of its square, both corrected for their start at 0.",
  formula:
    "m = b1 m + (1 - b1) g, s = b2 s + (1 - b2) g^2, w -= rate m^ / (sqrt(s^) + epsilon), with m^ = m / (1 - b1^t), s^ = s / (1 - b2^t), t from 1",
  source: "Kingma, Ba 2015",
  arguments: adamArguments,
  rate: "rate",
  usualRate: 1e-3,
  normalizedSteps: true,
  decoupled: adamw,
  example: "optimizer: adam(1e-3)",
  pitfalls:
    "Rates of 1e-3 or 5e-4 are usual; ten times more seldom works. An L2 penalty is not weight decay here: use `adamw`.",
  techniques: ["F7"],
  slots: () => adamSlots,
  update: (context) => {
    const { change, slots } = adamStep(context);
    return { parameter: context.graph.subtract(context.parameter, change), slots };
  },
});
