import type { Fix } from "../../base/diagnostics/diagnostic.ts";
import { textOf } from "../../base/source.ts";
import type { Value } from "../../typed/program.ts";
import { defineLint } from "../lint.ts";
import { isNoise, layerOf, normalizationOf, type Network } from "../network.ts";

/** Dropout whose values reach a batch normalisation, directly or through further layers. */
export const dropoutBeforeBatchNorm = defineLint({
  code: "NN2009",
  name: "dropout-before-batch-norm",
  severity: "warning",
  title: "Dropout before batch normalisation",
  reason:
    "dropout raises the variance in training and not in prediction, so the running variance that the normalisation learned is wrong when it is used",
  source:
    "Li, Chen, Hu, Yang 2019, Understanding the Disharmony between Dropout and Batch Normalization by Variance Shift",
  *network(network) {
    const reached = nextBatchNorms(network);
    for (const value of network.model.values) {
      const layer = layerOf(value);
      const end = reached.get(value);
      if (!layer?.definition.masks || !isNoise(value) || !end) continue;
      const direct = network.users.get(value)!.includes(end);
      yield {
        span: value.span,
        message: `\`${layer.path}\` comes before \`${layerOf(end)!.path}\`, which will be wrong about the variance in prediction; put dropout after the last \`${layerOf(end)!.definition.name}\``,
        related: [{ span: end.span, message: `\`${layerOf(end)!.path}\`` }],
        fixes: direct ? swap(network, value, end) : [],
      };
    }
  },
});

/** The batch normalisation that each value comes to without another normalisation before it. */
function nextBatchNorms(network: Network): ReadonlyMap<Value, Value> {
  const found = new Map<Value, Value>();
  for (const value of [...network.model.values].reverse()) {
    for (const user of network.users.get(value) ?? []) {
      const next = normalizationOf(user) ? user : found.get(user);
      if (next && normalizationOf(next)?.batch && !found.has(value)) found.set(value, next);
    }
  }
  return found;
}

/** The two stages in the other order, where one follows the other in the text and in nothing else. */
function swap(network: Network, first: Value, second: Value): readonly Fix[] {
  const { source } = first.span;
  const adjacent =
    source === second.span.source &&
    /^\s*->\s*$/.test(source.text.slice(first.span.end, second.span.start));
  if (
    !adjacent ||
    network.users.get(first)!.length > 1 ||
    first.name !== undefined ||
    second.name !== undefined
  )
    return [];
  return [
    {
      title: "Put dropout after the normalisation",
      edits: [
        { span: first.span, text: textOf(second.span) },
        { span: second.span, text: textOf(first.span) },
      ],
    },
  ];
}
