import { known } from "../../ir/dim.ts";
import { writtenBefore } from "../../library/defaults.ts";
import type { ActivationDefinition } from "../../library/definition.ts";
import { cutsOff } from "../../typed/activations.ts";
import type { Value, Weight } from "../../typed/program.ts";
import { defineLint, type Finding } from "../lint.ts";
import { isDrawnAndTrained, isWeighted, layerOf, waysOn, type Network } from "../network.ts";

/** One number in every place of a hidden layer's matrix. Written `values(…)` are meant; what is loaded or frozen is not drawn. */
export const constantInitialization = defineLint({
  code: "NN2001",
  name: "constant-initialization",
  severity: "error",
  title: "A hidden layer that starts constant",
  reason:
    "units with equal weights in and out get equal gradients, so they stay copies of one unit for ever: symmetry never breaks",
  source: "Goodfellow, Bengio, Courville 2016, Deep Learning, section 8.4",
  *network(network) {
    if (network.run?.epochs === 0) return;
    for (const value of network.model.values) {
      const weight = isWeighted(value) ? kernelOf(value) : undefined;
      if (weight && constantOf(network, weight) !== undefined)
        yield* hidden(network, value, weight);
    }
  },
});

function* hidden(network: Network, value: Value, weight: Weight): Iterable<Finding> {
  const layer = layerOf(value)!;
  const units = known(layer.outputType.axes.at(-1)!.size);
  const next = waysOn(network, value, isWeighted).flatMap(({ end }) => (end ? [end] : []));
  if (next.length === 0 || units === 1) return;
  const origin = network.settings.get(weight.path)!.init.origin;
  const forEver =
    isDead(network, value, weight) ||
    next.every((each) => constantOf(network, kernelOf(each)!) !== undefined);
  const those = units === undefined ? "units" : `${units} units`;
  const write = writtenBefore(before(network, value));
  const message = forEver
    ? `the ${those} of the hidden layer \`${layer.path}\` start equal and can never become different; draw its weights: \`init: ${write}\``
    : `the ${those} of the hidden layer \`${layer.path}\` start equal, and only the random weights after it tell them apart; draw its weights: \`init: ${write}\``;
  const fixes = [{ title: `Write \`${write}\``, edits: [{ span: origin.span, text: write }] }];
  yield {
    span: origin.span,
    message,
    fixes,
    related: [{ span: layer.span, message: `\`${layer.path}\`` }],
    ...(forEver ? {} : { severity: "warning" as const }),
  };
}

function kernelOf(value: Value): Weight | undefined {
  return layerOf(value)?.weights.find(({ role }) => role === "weights");
}

/** The one number that a weight starts from, when it is drawn and trained. */
function constantOf(network: Network, weight: Weight): number | undefined {
  const settings = network.settings.get(weight.path);
  if (!isDrawnAndTrained(settings)) return undefined;
  const { use } = settings.init;
  const fan = { in: known(weight.fanIn) ?? 1, out: known(weight.fanOut) ?? 1 };
  const drawn = use.definition.sample(
    weight.shape.map((size) => known(size) ?? 1),
    fan,
    use.arguments,
  );
  if ("problem" in drawn) return undefined;
  if (drawn.kind === "constant") return drawn.value;
  if (drawn.kind === "normal" && drawn.deviation === 0) return drawn.mean;
  return drawn.kind === "uniform" && drawn.low === drawn.high ? drawn.low : undefined;
}

/** Zeros before a rectifier: it gives 0 and has no gradient there. */
function isDead(network: Network, value: Value, weight: Weight): boolean {
  return (
    constantOf(network, weight) === 0 &&
    network.users
      .get(value)
      ?.every((user) => user.body.kind === "activation" && cutsOff(user.body.use)) === true
  );
}

function before(network: Network, value: Value): ActivationDefinition["family"] {
  const [way] = waysOn(
    network,
    value,
    (user) => user.body.kind === "activation" || isWeighted(user),
  );
  return way?.end?.body.kind === "activation" ? way.end.body.use.definition.family : undefined;
}
