import type { Value } from "../../typed/program.ts";
import { defineLint } from "../lint.ts";
import { operandsOf } from "../../typed/operands.ts";
import { activationOf, isWeighted, layerOf, normalizations } from "../network.ts";
import { describeFlow } from "../variance.ts";

/** From how many in a row on; the slope of sigmoid is at most 1/4, that of tanh at most 1. */
const most: Readonly<Record<string, number>> = {
  sigmoid: 3,
  hard_sigmoid: 3,
  tanh: 6,
  hard_tanh: 6,
  softsign: 6,
};

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
    const told = new Set<string>();
    for (const value of network.model.values) {
      const depth = depthOf(value, depths);
      depths.set(value, depth);
      const name = activationOf(value) ?? "";
      const limit = Object.hasOwn(most, name) ? most[name]! : Infinity;
      if (depth < limit || told.has(name)) continue;
      told.add(name);
      yield {
        span: value.span,
        message: `this \`${name}\` is number ${depth} in a row without normalisation between; write \`layer_norm\` or \`batch_norm\` before each, or use \`relu\` with \`kaiming\``,
        notes: [describeFlow(network)].filter(Boolean),
      };
    }
  },
});

/** How many saturating activations lie behind the value; a sum keeps the least (its shortcut), a normalisation begins anew. */
function depthOf(value: Value, depths: ReadonlyMap<Value, number>): number {
  const before = operandsOf(value).map((operand) => depths.get(operand) ?? 0);
  if (layerOf(value, ...normalizations)) return 0;
  const name = activationOf(value);
  if (name !== undefined) {
    // A gate or an output distribution stands alone: what counts follows a matrix or kernel.
    return Object.hasOwn(most, name) ? Math.max(0, ...before) + Number(followsWeights(value)) : 0;
  }
  return value.body.kind === "arithmetic" ? Math.min(Infinity, ...before) : Math.max(0, ...before);
}

function followsWeights(value: Value): boolean {
  const [input] = operandsOf(value);
  return input !== undefined && (isWeighted(input) || layerOf(input) !== undefined);
}
