import { defineLint } from "../lint.ts";
import { calibrated } from "../next-activation.ts";
import { layerFlows, short } from "../variance.ts";

/** Standard deviations below this share of those at the inputs or outputs are lost. */
const least = 1e-2;
/** Fewer layers are not deep. */
const fewest = 3;

/** By the estimate of the variance, the signal or its gradient is lost on the way. */
export const vanishingSignal = defineLint({
  code: "NN2023",
  name: "vanishing-signal",
  severity: "warning",
  title: "A signal that vanishes with depth",
  reason:
    "each layer multiplies the spread of values and of gradients by a factor; factors below 1 leave nothing for the first layers to learn from",
  source: "Glorot, Bengio 2010; He, Zhang, Ren, Sun 2015",
  *network(network) {
    const flows = layerFlows(network);
    if (flows.length < fewest) return;
    // Exactly 0 is deliberate (a residual branch that starts as nothing), or another lint's matter.
    const faint = (size: number) => size > 0 && size < least;
    const gradient = flows
      .filter((flow) => faint(flow.gradient))
      .sort((a, b) => a.gradient - b.gradient)[0];
    const value = flows
      .filter((flow) => faint(flow.activation))
      .sort((a, b) => a.activation - b.activation)[0];
    if (gradient && (!value || gradient.gradient <= value.activation)) {
      yield {
        span: gradient.layer.span,
        message: `the gradient that reaches \`${gradient.layer.path}\` is estimated at ${short(gradient.gradient)} times that of the output; use \`kaiming\` before rectifiers and \`xavier\` before tanh, or normalise between layers`,
        fixes: calibrated(network, gradient.layer),
      };
    } else if (value) {
      yield {
        span: value.layer.span,
        message: `the values of \`${value.layer.path}\` are estimated at ${short(value.activation)} times the size of the inputs; use \`kaiming\` before rectifiers and \`xavier\` before tanh, or normalise between layers`,
        fixes: calibrated(network, value.layer),
      };
    }
  },
});
