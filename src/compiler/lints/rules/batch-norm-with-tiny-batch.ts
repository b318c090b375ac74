import type { Fix } from "../../base/diagnostics/diagnostic.ts";
import { callIn } from "../edits.ts";
import { defineLint } from "../lint.ts";
import { layerOf, type Network } from "../network.ts";

/** Below this, the mean and variance of a batch say little of those of the data (Wu and He 2018, figure 1). */
const fewest = 8;

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
    const layers = run.model.layers.filter(({ definition }) => definition.name === "batch_norm");
    if (run.batch === "all" || run.batch >= fewest || layers.length === 0) return;
    yield {
      span: run.origins?.get("batch")?.span ?? run.span,
      message: `\`batch_norm\` needs a batch of ${fewest} rows or more for its statistics, found ${run.batch}; use \`layer_norm\`, or a larger batch`,
      related: layers
        .slice(0, 3)
        .map((layer) => ({ span: layer.span, message: `\`${layer.path}\`` })),
      fixes: exchange(network),
    };
  },
});

/** `layer_norm` in every place, where none has arguments. */
function exchange(network: Network): readonly Fix[] {
  const stages = [
    ...new Map(
      network.model.values.flatMap((value) => {
        const layer = layerOf(value, "batch_norm");
        return layer
          ? [
              [
                `${layer.span.source.path} ${layer.span.start}`,
                callIn(layer.span, "batch_norm"),
              ] as const,
            ]
          : [];
      }),
    ).values(),
  ];
  const edits = stages.flatMap((call) =>
    call && !call.arguments ? [{ span: call.name, text: "layer_norm" }] : [],
  );
  return edits.length === stages.length
    ? [{ title: "Use `layer_norm` in place of `batch_norm`", edits }]
    : [];
}
