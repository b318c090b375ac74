import type { Fix } from "../base/diagnostics/diagnostic.ts";
import type { Use } from "../library/arguments.ts";
import { initializerBefore } from "../library/defaults.ts";
import type { ActivationDefinition } from "../library/definition.ts";
import type { Layer, Origin, Value, WeightSettings } from "../typed/program.ts";
import { rewrite } from "./edits.ts";
import {
  activationOf,
  isDrawnAndTrained,
  isWeighted,
  layerOf,
  normalizationOf,
  waysOn,
  type Network,
} from "./network.ts";

/** A weight with a written initialiser, and the activation that its layer's values meet next. */
export interface Initialized {
  readonly layer: Layer;
  readonly settings: WeightSettings;
  readonly activation: Use<ActivationDefinition> | undefined;
}

/**
 * The matrices and kernels whose initialiser was written, with the first activation after each. Where a normalisation comes
 * first there is none, as it sets the size of the values itself.
 */
export function initialized(network: Network): readonly Initialized[] {
  return network.model.values.filter(isWeighted).flatMap((value) => {
    const layer = layerOf(value)!;
    const weight = layer.weights.find(({ role }) => role === "weights")!;
    const settings = network.settings.get(weight.path);
    if (!isDrawnAndTrained(settings) || settings.init.origin.from.startsWith("default")) return [];
    return [{ layer, settings, activation: nextActivation(network, value) }];
  });
}

function nextActivation(network: Network, value: Value): Use<ActivationDefinition> | undefined {
  const stops = (user: Value) =>
    activationOf(user) !== undefined || isWeighted(user) || normalizationOf(user) !== undefined;
  const end = waysOn(network, value, stops)[0]?.end;
  return end?.body.kind === "activation" ? end.body.use : undefined;
}

/** A fix that draws a layer's weights by the size of the layer, where its initialiser was written and has one spread for all sizes. */
export function calibrated(network: Network, layer: Layer): readonly Fix[] {
  const all = initialized(network);
  const found = all.find((each) => each.layer === layer);
  if (found?.settings.init.use.definition.fixed !== true) return [];
  const { span } = found.settings.init.origin;
  const families = all
    .filter(({ settings: { init } }) => init.origin.span === span)
    .map(({ activation }) => activation?.definition.family);
  const family = families.find((each) => each === "rectifier");
  return [rewrite(span, initializerBefore(family).name)];
}

/** A fix for the initialiser's place, when all that it is written for is wrong in the same way. */
export function initializerFix(
  all: readonly Initialized[],
  origin: Origin,
  wrong: (each: Initialized) => boolean,
  text: string,
): readonly Fix[] {
  const { source, start, end } = origin.span;
  const there = all.filter(
    ({ settings: { init } }) =>
      init.origin.span.source === source &&
      init.origin.span.start === start &&
      init.origin.span.end === end,
  );
  return there.every(wrong) ? [rewrite(origin.span, text)] : [];
}
