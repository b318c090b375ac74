import { kroneckerLayers } from "../../../typed/kronecker.ts";
import { applying, factorNames, measuring } from "../../3-lower/kronecker.ts";
import { key, literal, ts } from "../code.ts";
import type { RunShape } from "../run-shape.ts";
import type { TrainFeature } from "./feature.ts";

/** K-FAC: when the inverses are due, the step's factors come first, the host inverts them, and then the step is made. */
export function kroneckerFactors({
  run,
  emission: { compiled },
}: RunShape): TrainFeature | undefined {
  const sizes = new Map(compiled.states.map(({ name, shape }) => [name, shape[0]!]));
  const layers = kroneckerLayers(run).flatMap(({ layer: { path }, weight }) => {
    const { inputs, outputs } = factorNames(path);
    if (!sizes.has(inputs)) return [];
    const { damping, every } = weight.optimizer.use.arguments;
    return [
      {
        path,
        inputs: sizes.get(inputs)!,
        outputs: sizes.get(outputs)!,
        damping: Number(damping),
        every: Number(every),
      },
    ];
  });
  if (layers.length === 0) return undefined;
  return {
    settings: ts`
/** The layers whose gradients are turned by the inverses of two matrices, and the sizes of these. */
const curved: readonly KroneckerFactors[] = ${literal(layers)};`,
    runStep: ts`const call = { rows: batch.rows, inputs: batch.fields, numbers, step: progress.step };
    const due = dueAt(curved, progress.step);
    if (due.length === 0) device.run(plans.train, call);
    else {
      // The factors of this very step go into its inverses, so the plan runs for them alone first.
      device.run(plans.train, { ...call, numbers: { ...numbers, ${key(applying)}: 0 } });
      await invertFactors(device, due);
      device.run(plans.train, { ...call, numbers: { ...numbers, ${key(measuring)}: 0 } });
    }`,
  };
}
