import { known } from "../ir/dim.ts";
import type { Layer, Value } from "../typed/program.ts";
import { operandsOf } from "../typed/operands.ts";
import { activationOf, layerOf, waysOn, type Network } from "./network.ts";

export interface LinearWay {
  readonly first: Value;
  readonly second: Value;
  readonly layer: Layer;
  readonly next: Layer;
  /** The values between the two. */
  readonly through: readonly Value[];
}

/**
 * Pairs of dense or convolution layers (linear maps with kernels of their own) with no activation between them. Left out are deliberate forms: a bottleneck that is
 * narrower than what goes in and what comes out (also the linear bottleneck of MobileNet-V2), and factorised kernels
 * (grouped convolutions; 1 × k after k × 1). Sums, joins and layer normalisation are not linear stages of one value.
 */
export function waysBetweenKernels(network: Network): readonly LinearWay[] {
  return network.model.values.filter(isKernel).flatMap((first) =>
    waysOn(network, first, (user) => !isBetween(user)).flatMap(({ end: second, through }) => {
      if (!second || !isKernel(second)) return [];
      const [layer, next] = [layerOf(first)!, layerOf(second)!];
      if (isBottleneck(layer, next) || isFactorised(layer) || isFactorised(next) || layer === next)
        return [];
      return [
        {
          first,
          second,
          layer,
          next,
          through,
        },
      ];
    }),
  );
}

function isKernel(value: Value): boolean {
  return layerOf(value)?.definition.linear !== undefined;
}

/** What stands between two layers without an activation: a change of shape, dropout, batch statistics, a pooling window. */
export function betweenOf(value: Value): string | undefined {
  return layerOf(value)?.definition.between;
}

/** Whether nothing but changes of shape stands between. */
export function onlyArranges(through: readonly Value[]): boolean {
  return through.every((value) => {
    const { definition } = layerOf(value) ?? {};
    return definition?.between === undefined || definition.arranges === true;
  });
}

/** A stage that keeps a chain linear; `identity` is one, and so is a value that only renames axes. */
function isBetween(value: Value): boolean {
  if (betweenOf(value) !== undefined) return true;
  if (value.body.kind === "activation") return activationOf(value) === undefined;
  return value.body.kind === "arithmetic" && operandsOf(value).length === 1;
}

function isBottleneck(layer: Layer, next: Layer): boolean {
  const [before, middle, after] = [
    featuresInto(layer),
    featuresOf(layer.outputType.axes),
    featuresOf(next.outputType.axes),
  ];
  return (
    before !== undefined &&
    middle !== undefined &&
    after !== undefined &&
    middle < before &&
    middle < after
  );
}

function featuresInto(layer: Layer): number | undefined {
  const type = layer.inputTypes[0];
  return type && featuresOf(type.axes);
}

function featuresOf(axes: Layer["outputType"]["axes"]): number | undefined {
  const axis = axes.find(({ name }) => name === "c") ?? axes.at(-1);
  return axis && known(axis.size);
}

function isFactorised({ definition, inputTypes, arguments: values }: Layer): boolean {
  const { kernel, groups } = definition.linear!(inputTypes, values);
  return known(groups) !== 1 || new Set(kernel.map((size) => known(size))).size > 1;
}
