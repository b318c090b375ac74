import type { Fix } from "../../base/diagnostics/diagnostic.ts";
import { textOf } from "../../base/source.ts";
import { defaults } from "../../library/defaults.ts";
import type { Value } from "../../typed/program.ts";
import { endOf } from "../edits.ts";
import { defineLint } from "../lint.ts";
import { layerOf, normalizationOf, type Network } from "../network.ts";
import { betweenOf, onlyArranges, waysBetweenKernels } from "../linear-ways.ts";

const relu = defaults.activation.name;

/** Layers of different kinds, or with dropout, normalisation or pooling between them, and no activation. */
export const activationMissing = defineLint({
  code: "NN2018",
  name: "activation-missing",
  severity: "warning",
  title: "No activation between two layers",
  reason:
    "without a non-linear activation after each hidden layer a deep network has the power of a shallow one",
  source: "Cybenko 1989; Hornik, Stinchcombe, White 1989",
  *network(network) {
    for (const { first, second, through, layer, next } of waysBetweenKernels(network)) {
      if (layer.definition === next.definition && onlyArranges(through)) continue;
      const between = [...new Set(through.flatMap((value) => betweenOf(value) ?? []))];
      const only = between.join(" and ");
      const normalized = through.some((value) => normalizationOf(value));
      yield {
        span: second.span,
        message: `there is no activation between \`${layer.path}\` and \`${next.path}\`${only === "" ? "" : `, only ${only}`}; write \`-> ${relu}\` after ${normalized ? "the normalisation" : `\`${layer.path}\``}`,
        related: [{ span: first.span, message: `\`${layer.path}\`` }],
        fixes: inserted(network, [first, ...through]),
      };
    }
  },
});

/** The default activation after the last of these that is a layer with weights or its normalisation, where nothing else uses that value. */
function inserted(network: Network, values: readonly Value[]): readonly Fix[] {
  const place = values.findLast(
    (value) => layerOf(value)?.definition.linear ?? normalizationOf(value),
  )!;
  if ((network.users.get(place) ?? []).length !== 1 || /\brepeat\b/.test(textOf(place.span)))
    return [];
  return [
    { title: `Insert \`${relu}\``, edits: [{ span: endOf(place.span), text: ` -> ${relu}` }] },
  ];
}
