import { literal, ts, type Code } from "./code.ts";
import type { Emission } from "./emission.ts";
import { readings } from "./predict-module.ts";

/** What `--tta` measures: of the first output that is a distribution over classes. */
export function measuredOutput(
  emission: Emission,
): ReturnType<typeof readings>[number] | undefined {
  return (
    emission.compiled.run.views &&
    readings(emission).find(({ kind, field }) => kind === "probabilities" && field !== undefined)
  );
}

/** The metrics of the mean prediction, worked out by the host. */
export function viewsFunction(emission: Emission): Code {
  const output = measuredOutput(emission)!;
  return ts`

/** Accuracy and cross-entropy of the mean prediction over all views of each row. */
async function evaluateViews(device: Device, part: Part): Promise<Metrics> {
  const whole: Part = { dataset: part.original ?? part.dataset, rows: part.rows };
  const output = ${literal({ name: output.output, shape: [...output.shape], kind: "probabilities" })} as const;
  const classes = ${literal(output.shape.reduce((product, size) => product * size, 1))};
  let [correct, loss] = [0, 0];
  for (const batch of batches(whole, part.rows, [viewed.field, ${literal(output.field!)}], batchSize)) {
    const labels = batch.fields[${literal(output.field!)}]!;
    const means = await averageOverViews(views, batch.fields[viewed.field]!, viewed.shape, [output], async (seen) => {
      device.run(plans.predict, { rows: batch.rows, inputs: { [viewed.field]: seen }, numbers: {}, step: 0 });
      return new Map([[output.name, await device.result(plans.predict, output.name)]]);
    });
    for (let row = 0; row < batch.rows; row++) {
      const logarithms = means.get(output.name)!.subarray(row * classes, (row + 1) * classes);
      if (logarithms.indexOf(Math.max(...logarithms)) === labels[row]) correct++;
      loss -= logarithms[labels[row]!]!;
    }
  }
  return { views_accuracy: correct / part.rows.length, views_loss: loss / part.rows.length };
}`;
}
