import { known } from "../ir/dim.ts";
import type { Layer, TypedRun, Value, Weight, WeightSettings } from "./program.ts";

/** A layer whose curvature is a Kronecker product: its weight and, where it is trained as well, its bias. */
export interface KroneckerLayer {
  readonly layer: Layer;
  readonly weight: WeightSettings;
  readonly bias: WeightSettings | undefined;
}

/**
 * The dense and convolutional layers that K-FAC can treat: trained by it, used once, with a weight of their own that nothing else
 * uses, without groups and without masks on the weight.
 */
export function kroneckerLayers(run: TypedRun): readonly KroneckerLayer[] {
  return run.model.layers.flatMap((layer): readonly KroneckerLayer[] => {
    const weight = settingsOf(
      run,
      layer.weights.find(({ role }) => role === "weights"),
    );
    if (!weight || !isTreated(weight) || !isPlain(run, layer, weight)) return [];
    const bias = settingsOf(
      run,
      layer.weights.find(({ role }) => role === "biases"),
    );
    return [{ layer, weight, bias: bias && isTreated(bias) ? bias : undefined }];
  });
}

function settingsOf(run: TypedRun, weight: Weight | undefined): WeightSettings | undefined {
  return run.weights.find((settings) => settings.weight === weight);
}

/** Trained, and by K-FAC. */
export function isTreated({ freeze, optimizer }: WeightSettings): boolean {
  return freeze?.value !== true && optimizer.use.definition.kronecker === true;
}

function isPlain(run: TypedRun, layer: Layer, { weight, dropconnect }: WeightSettings): boolean {
  const { kronecker, linear } = layer.definition;
  const uses = run.model.values.filter(
    ({ body }: Value) => body.kind === "layer" && body.layer === layer,
  ).length;
  const map = linear?.(layer.inputTypes, layer.arguments);
  const shared = run.model.weights.some(({ tied }) => tied?.to === weight.path);
  return (
    kronecker === true &&
    map !== undefined &&
    known(map.groups) === 1 &&
    uses === 1 &&
    !shared &&
    (dropconnect?.value ?? 0) === 0
  );
}
