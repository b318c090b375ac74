import { defineLint } from "../lint.ts";
import { calibrated } from "../next-activation.ts";
import { layerFlows, short } from "../variance.ts";

/** Standard deviations above this multiple of those at the inputs or outputs are out of hand. */
const most = 1e2;
const fewest = 3;

/** By the estimate of the variance, the signal or its gradient grows beyond use on the way. */
export const explodingSignal = defineLint({
  code: "NN2024",
  name: "exploding-signal",
  severity: "warning",
  title: "A signal that explodes with depth",
  reason:
    "each layer multiplies the spread of values and of gradients by a factor; factors above 1 saturate activations and make the first steps far too long",
  source: "Glorot, Bengio 2010; He, Zhang, Ren, Sun 2015",
  *network(network) {
    const flows = layerFlows(network);
    if (flows.length < fewest) return;
    const gradient = flows
      .filter((flow) => flow.gradient > most)
      .sort((a, b) => b.gradient - a.gradient)[0];
    const value = flows
      .filter((flow) => flow.activation > most)
      .sort((a, b) => b.activation - a.activation)[0];
    if (gradient && (!value || gradient.gradient >= value.activation)) {
      yield {
        span: gradient.layer.span,
        message: `the gradient that reaches \`${gradient.layer.path}\` is estimated at ${short(gradient.gradient)} times that of the output; use \`kaiming\` or \`xavier\`, which follow the size of each layer`,
        fixes: calibrated(network, gradient.layer),
      };
    } else if (value) {
      yield {
        span: value.layer.span,
        message: `the values of \`${value.layer.path}\` are estimated at ${short(value.activation)} times the size of the inputs; use \`kaiming\` or \`xavier\`, which follow the size of each layer`,
        fixes: calibrated(network, value.layer),
      };
    }
  },
});
