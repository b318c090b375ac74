import type { Fix } from "../../base/diagnostics/diagnostic.ts";
import { defaults } from "../../library/defaults.ts";
import { callIn } from "../edits.ts";
import { originOf } from "../../settings/index.ts";
import { batch } from "../../settings/batch.ts";
import { defineLint } from "../lint.ts";
import { layerOf, normalizing, type Network } from "../network.ts";

/** Below this, the mean and variance of a batch say little of those of the data (Wu and He 2018, figure 1). */
const fewest = 8;

const ofRows = defaults.normalization.name;

/** A run with a tiny batch whose model normalises over the batch. */
export const batchNormWithTinyBatch = defineLint({
  code: "NN2008",
  name: "batch-norm-with-tiny-batch",
  severity: "warning",
  title: "Batch normalisation with a tiny batch",
  reason:
    "its mean and variance are those of the batch, and of a few rows they are noise, unlike the running averages that prediction uses; layer normalisation looks at one example at a time",
  source: "Ba, Kiros, Hinton 2016, Layer Normalization; Wu, He 2018, Group Normalization",
  *run(run, network) {
    const layers = run.model.layers.filter((layer) => normalizing(layer)?.batch === true);
    if (run.batch === "all" || run.batch >= fewest || layers.length === 0) return;
    yield {
      span: originOf(run, batch)?.span ?? run.span,
      message: `\`${layers[0]!.definition.name}\` needs a batch of ${fewest} rows or more for its statistics, found ${run.batch}; use \`${ofRows}\`, or a larger batch`,
      related: layers
        .slice(0, 3)
        .map((layer) => ({ span: layer.span, message: `\`${layer.path}\`` })),
      fixes: exchange(network),
    };
  },
});

/** A normalisation of rows in every place, where none has arguments. */
function exchange(network: Network): readonly Fix[] {
  const stages = [
    ...new Map(
      network.model.values.flatMap((value) => {
        const layer = layerOf(value);
        return layer && normalizing(layer)?.batch === true
          ? [
              [
                `${layer.span.source.path} ${layer.span.start}`,
                callIn(layer.span, layer.definition.name),
              ] as const,
            ]
          : [];
      }),
    ).values(),
  ];
  const edits = stages.flatMap((call) =>
    call && !call.arguments ? [{ span: call.name, text: ofRows }] : [],
  );
  const written = network.model.layers.find((layer) => normalizing(layer)?.batch)?.definition.name;
  return edits.length === stages.length
    ? [{ title: `Use \`${ofRows}\` in place of \`${written}\``, edits }]
    : [];
}
