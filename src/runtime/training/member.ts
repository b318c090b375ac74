import type { TrainerOptions } from "../arguments.ts";
import { batches } from "../batches.ts";
import { loadTensors } from "../checkpoint.ts";
import { preparationFromText } from "../preparation-text.ts";
import type { Metrics } from "../reporter.ts";
import type { TrainingDefinition } from "./definition.ts";
import { keptTensors, openDevice, pick, writeTensors } from "./session.ts";
import { measuredPart } from "./training.ts";
import { unitTensors } from "./units.ts";

/** What models say of rows, one row after the other, by the name of the result. */
export type Said = ReadonlyMap<string, Float32Array>;

/** What a trained model says of each row that is measured. */
export async function say(
  training: TrainingDefinition,
  checkpoint: string,
  options: TrainerOptions,
): Promise<Said> {
  const results = training.memberResults!;
  const file = await loadTensors(checkpoint);
  const part = await measuredPart(training, file, checkpoint, options);
  const device = await openDevice(training, options, 0);
  try {
    writeTensors(device, pick(file, keptTensors(training), checkpoint));
    const said = new Map(
      results.map(({ name, size }) => [name, new Float32Array(part.rows.length * size)]),
    );
    let start = 0;
    for (const batch of batches(part, part.rows, training.inputs, training.batchSize)) {
      const { rows, fields } = batch;
      device.run(training.plans.predict, { rows, inputs: fields, numbers: {}, step: 0 });
      for (const { name, size } of results) {
        const numbers = await device.result(training.plans.predict, name);
        said.get(name)!.set(numbers.subarray(0, rows * size), start * size);
      }
      start += rows;
    }
    return said;
  } finally {
    await device.dispose();
  }
}

/** The metrics of what was said of those rows, as far as they can be told of that alone. */
export async function judge(
  training: TrainingDefinition,
  said: Said,
  checkpoint: string,
  options: TrainerOptions,
): Promise<{ readonly metrics: Metrics; readonly rows: number; readonly backend: string }> {
  const file = await loadTensors(checkpoint);
  const part = await measuredPart(training, file, checkpoint, options);
  const plan = training.plans.judge!;
  const device = await openDevice(training, options, 0);
  try {
    if (training.units) {
      const preparation = preparationFromText(file.metadata["preparation"], checkpoint);
      for (const [name, values] of unitTensors(training, preparation)) device.write(name, values);
    }
    const totals = new Map(training.memberSums.map((name) => [name, 0]));
    let start = 0;
    for (const batch of batches(part, part.rows, training.inputs, training.batchSize)) {
      const { rows, fields } = batch;
      const given = training.givenInputs.map(({ result, input, size }) => {
        const numbers = new Float32Array(training.batchSize * size);
        numbers.set(said.get(result)!.subarray(start * size, (start + rows) * size));
        return [input, numbers] as const;
      });
      const seen = { ...fields, ...Object.fromEntries(given) };
      device.run(plan, { rows, inputs: seen, numbers: {}, step: 0 });
      for (const name of training.memberSums)
        totals.set(name, totals.get(name)! + (await device.result(plan, name))[0]!);
      start += rows;
    }
    const all = training.metricsOf((name) => totals.get(name) ?? Number.NaN, part.rows.length);
    const told = training.memberMetrics.map((name) => [name, all[name]!] as const);
    return {
      metrics: Object.fromEntries(told),
      rows: part.rows.length,
      backend: device.backend,
    };
  } finally {
    await device.dispose();
  }
}
