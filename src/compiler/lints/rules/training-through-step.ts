import type { Layer, Value } from "../../typed/program.ts";
import { rewrite, callIn } from "../edits.ts";
import { defineLint } from "../lint.ts";
import { operandsOf } from "../../typed/operands.ts";
import { activationOf, ancestorsOf, isDrawnAndTrained, layerOf, lossOperands } from "../network.ts";

/** Trained weights behind a binary step. */
export const trainingThroughStep = defineLint({
  code: "NN2021",
  name: "training-through-step",
  severity: "warning",
  title: "Training through the binary step",
  reason:
    "its slope is 0 wherever it has one, so the gradient ends there and nothing before it learns",
  source: "Rumelhart, Hinton, Williams 1986",
  *run(run, network) {
    const reached = ancestorsOf(lossOperands(run.loss));
    const trainedBefore = new Map<Value, Layer | undefined>();
    for (const value of network.model.values) {
      const layer = layerOf(value);
      const trained = layer?.weights.some(({ path }) =>
        isDrawnAndTrained(network.settings.get(path)),
      )
        ? layer
        : undefined;
      const stuck =
        trained ??
        operandsOf(value)
          .map((operand) => trainedBefore.get(operand))
          .find(Boolean);
      trainedBefore.set(value, stuck);
      const { name, flat } = activationOf(value) ?? {};
      if (name === undefined || !flat || !stuck || !reached.has(value)) continue;
      const call = callIn(value.span, name);
      yield {
        span: value.span,
        message: `no gradient passes through \`${name}\`, so \`${stuck.path}\` never learns; use \`${flat.instead.name}\`, or freeze what comes before`,
        related: [{ span: stuck.span, message: `\`${stuck.path}\`` }],
        fixes: call ? [rewrite(call.name, flat.instead.name)] : [],
      };
    }
  },
});
