import { averageOverViews } from "../average-views.ts";
import { batches } from "../batches.ts";
import type { Device } from "../device.ts";
import type { Part } from "../prepare.ts";
import type { Metrics } from "../reporter.ts";
import { collectorsOf, numbersOf } from "./collecting.ts";
import type { TrainingDefinition } from "./definition.ts";
import { stepsDone } from "./position.ts";
import type { Session } from "./session.ts";

/** The metrics over the rows trained so far in this epoch. */
export async function trainingMetrics(
  training: TrainingDefinition,
  device: Device,
): Promise<Metrics> {
  const totals = new Map<string, number>();
  for (const { name, sum } of training.monitors) totals.set(sum, (await device.read(name))[0]!);
  return training.metricsOf((name) => totals.get(name)!, totals.get(training.rowCount)!);
}

/** The metrics over all rows of a part, without training. */
export async function evaluate(
  training: TrainingDefinition,
  device: Device,
  part: Part,
): Promise<Metrics> {
  const totals = new Map(training.sums.map((name) => [name, 0]));
  if (training.collected) return evaluateCollecting(training, device, part, totals);
  for (const batch of batches(part, part.rows, training.inputs, training.batchSize))
    await addSums(training, device, batch.rows, batch.fields, totals);
  return training.metricsOf((name) => totals.get(name)!, part.rows.length);
}

/** Runs the plan that evaluates on some rows, and adds its sums to the totals. */
async function addSums(
  training: TrainingDefinition,
  device: Device,
  rows: number,
  inputs: Readonly<Record<string, Float32Array>>,
  totals: Map<string, number>,
): Promise<void> {
  device.run(training.plans.evaluate, { rows, inputs, numbers: {}, step: 0 });
  for (const name of training.sums)
    totals.set(name, totals.get(name)! + (await device.result(training.plans.evaluate, name))[0]!);
}

/** The same, with the metrics that are made of numbers kept row by row. */
async function evaluateCollecting(
  training: TrainingDefinition,
  device: Device,
  part: Part,
  totals: Map<string, number>,
): Promise<Metrics> {
  const metrics = collectorsOf(training, part);
  for (const batch of batches(part, part.rows, training.inputs, training.batchSize)) {
    await addSums(training, device, batch.rows, batch.fields, totals);
    for (const { operands, collector } of metrics)
      collector.add(await numbersOf(training, device, operands, batch));
  }
  return {
    ...training.metricsOf((name) => totals.get(name)!, part.rows.length),
    ...Object.fromEntries(metrics.map(({ name, collector }) => [name, collector.result()])),
  };
}

/** The mean over the steps of this epoch of √(Σ g²) over all gradients, before clipping. */
export async function gradientNorm(session: Session): Promise<number> {
  const { training, device, stepsPerEpoch } = session;
  const total = (await device.read(training.watchedNorm!.monitor))[0]!;
  // The epoch is counted as done already.
  return total / (stepsDone(session) + stepsPerEpoch);
}

/** Accuracy and cross-entropy of the mean prediction over all views of each row. */
export async function evaluateViews(
  training: TrainingDefinition,
  device: Device,
  part: Part,
): Promise<Metrics> {
  const whole: Part = { dataset: part.original ?? part.dataset, rows: part.rows };
  const { field, shape } = training.viewed;
  const output = training.measuredView!;
  const classes = output.shape.reduce((product, size) => product * size, 1);
  let [correct, loss] = [0, 0];
  for (const batch of batches(whole, part.rows, [field, output.field], training.batchSize)) {
    const labels = batch.fields[output.field]!;
    const see = async (seen: Float32Array) => {
      const inputs = { [field]: seen };
      device.run(training.plans.predict, { rows: batch.rows, inputs, numbers: {}, step: 0 });
      return new Map([[output.name, await device.result(training.plans.predict, output.name)]]);
    };
    const means = await averageOverViews(
      training.views!,
      batch.fields[field]!,
      shape,
      [output],
      see,
    );
    for (let row = 0; row < batch.rows; row++) {
      const logarithms = means.get(output.name)!.subarray(row * classes, (row + 1) * classes);
      if (logarithms.indexOf(Math.max(...logarithms)) === labels[row]) correct++;
      loss -= logarithms[labels[row]!]!;
    }
  }
  return { views_accuracy: correct / part.rows.length, views_loss: loss / part.rows.length };
}
