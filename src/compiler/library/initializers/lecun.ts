import { defineInitializer } from "../define.ts";
import { distributionArgument, withVariance } from "../support/variance.ts";

export const lecun = defineInitializer({
  name: "lecun",
  summary: "Calibrated by what comes in: the variance of a sum of n inputs stays that of one.",
  formula: "variance 1 / fan_in",
  source: "LeCun, Bottou, Orr, Müller 1998, Efficient BackProp",
  arguments: {
    distribution: distributionArgument,
  },
  example: "for weights { init: lecun }",
  techniques: ["B3"],
  sample: (_shape, fan, { distribution }) => withVariance(1 / fan.in, distribution),
});
