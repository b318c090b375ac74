import { withArgument } from "../edits.ts";
import { defineLint } from "../lint.ts";
import { layerOf, normalizationOf } from "../network.ts";

/** A layer with a bias whose values go into a normalisation over the batch and nowhere else. */
export const biasBeforeBatchNorm = defineLint({
  code: "NN2007",
  name: "bias-before-batch-norm",
  severity: "warning",
  title: "A bias before batch normalisation",
  reason:
    "the normalisation takes the mean away, and with it any bias; its own shift does that work, so the bias is parameters without effect",
  source: "Ioffe, Szegedy 2015, Batch Normalization, section 3.2",
  *network(network) {
    for (const value of network.model.values) {
      const layer = layerOf(value);
      if (!layer?.definition.linear || !layer.weights.some(({ role }) => role === "biases"))
        continue;
      const users = network.users.get(value) ?? [];
      if (users.length === 0 || !users.every((user) => normalizationOf(user)?.channels === true))
        continue;
      yield {
        span: layer.span,
        message: `the bias of \`${layer.path}\` has no effect, as \`${layerOf(users[0]!)!.definition.name}\` takes the mean away; write \`bias: off\``,
        fixes: withArgument(layer.span, layer.definition.name, "bias", "off"),
      };
    }
  },
});
