import type { ActivationDefinition, Saturation } from "../../library/definition.ts";
import type { Value } from "../../typed/program.ts";
import { defineLint } from "../lint.ts";
import { operandsOf } from "../../typed/operands.ts";
import { activationOf, isWeighted, layerOf, normalizationOf } from "../network.ts";
import { describeFlow } from "../variance.ts";

/** From how many in a row on: few where each at least quarters the gradient, more where a slope may be 1. */
function most({ steepest }: Saturation): number {
  return steepest <= 1 / 4 ? 3 : 6;
}

/** A run of saturating activations without a normalisation or a shortcut between them. */
export const deepSaturatingStack = defineLint({
  code: "NN2004",
  name: "deep-saturating-stack",
  severity: "warning",
  title: "Many saturating activations in a row",
  reason:
    "each one multiplies the gradient by its slope, at most 1/4 for sigmoid and below 1 for tanh wherever it saturates, so the first layers hardly learn; normalisation keeps the values where the slope is large, rectifiers have slope 1",
  source: "Hochreiter 1991; Glorot, Bengio 2010; Ioffe, Szegedy 2015",
  *network(network) {
    const depths = new Map<Value, number>();
    const told = new Set<ActivationDefinition>();
    for (const value of network.model.values) {
      const depth = depthOf(value, depths);
      depths.set(value, depth);
      const activation = activationOf(value);
      if (!activation?.saturates || depth < most(activation.saturates)) continue;
      if (told.has(activation)) continue;
      told.add(activation);
      yield {
        span: value.span,
        message: `this \`${activation.name}\` is number ${depth} in a row without normalisation between; write \`layer_norm\` or \`batch_norm\` before each, or use \`relu\` with \`kaiming\``,
        notes: [describeFlow(network)].filter(Boolean),
      };
    }
  },
});

/** How many saturating activations lie behind the value; a sum keeps the least (its shortcut), a normalisation begins anew. */
function depthOf(value: Value, depths: ReadonlyMap<Value, number>): number {
  const before = operandsOf(value).map((operand) => depths.get(operand) ?? 0);
  if (normalizationOf(value)) return 0;
  const activation = activationOf(value);
  if (activation) {
    // A gate or an output distribution stands alone: what counts follows a matrix or kernel.
    return activation.saturates ? Math.max(0, ...before) + Number(followsWeights(value)) : 0;
  }
  return value.body.kind === "arithmetic" ? Math.min(Infinity, ...before) : Math.max(0, ...before);
}

function followsWeights(value: Value): boolean {
  const [input] = operandsOf(value);
  return input !== undefined && (isWeighted(input) || layerOf(input) !== undefined);
}
