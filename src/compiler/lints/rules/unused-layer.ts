import type { Value } from "../../typed/program.ts";
import { defineLint, type Finding } from "../lint.ts";
import { operandsOf } from "../../typed/operands.ts";
import { ancestorsOf, isDrawnAndTrained, layerOf, lossOperands, type Network } from "../network.ts";

/** A layer whose weights no loss and no penalty of the run reaches, or that nothing at all uses. */
export const unusedLayer = defineLint({
  code: "NN2019",
  name: "unused-layer",
  severity: "warning",
  title: "A layer that is never trained or used",
  reason: "weights that the loss does not depend on get no gradient and stay what chance made them",
  source: "the chain rule",
  *run(run, network) {
    const reached = ancestorsOf([
      ...lossOperands(run.loss),
      ...run.penalties.map(({ value }) => value),
    ]);
    const living = new Set([...reached].flatMap((value) => layerOf(value) ?? []));
    const used = ancestorsOf(run.model.outputs.map(({ value }) => value));
    /** What hangs on such a layer: only the first of a chain of them is told. */
    const after = new Set<Value>();
    for (const value of network.model.values) {
      const layer = layerOf(value);
      const hangs = operandsOf(value).some((operand) => after.has(operand));
      const idle =
        layer !== undefined &&
        !living.has(layer) &&
        layer.weights.some(({ path }) => isDrawnAndTrained(network.settings.get(path)));
      if (hangs || idle) after.add(value);
      if (hangs || !idle) continue;
      const what = used.has(value)
        ? `is part of what \`${run.model.name}\` gives, and no loss of \`${run.name}\` depends on it`
        : "is used by nothing";
      yield {
        span: layer.span,
        message: `\`${layer.path}\` ${what}, so it is never trained; use it in \`loss\`, take it out, or \`load\` its weights`,
      };
    }
  },
  *network(network) {
    if (network.run) return;
    yield* neverUsed(network);
  },
});

/** In a model that no run trains: layers that its outputs do not depend on. */
function* neverUsed(network: Network): Iterable<Finding> {
  const used = ancestorsOf([
    ...network.model.outputs.map(({ value }) => value),
    ...network.model.named.values(),
  ]);
  for (const value of network.model.values) {
    const layer = layerOf(value);
    if (
      layer &&
      layer.weights.length > 0 &&
      !used.has(value) &&
      (network.users.get(value) ?? []).length === 0
    ) {
      yield {
        span: layer.span,
        message: `\`${layer.path}\` is used by nothing; return what it gives, or take it out`,
      };
    }
  }
}
