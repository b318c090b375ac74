import { givenName } from "../../3-lower/judging.ts";
import { literal, ts } from "../code.ts";
import { readings } from "../predict-module.ts";
import { sizeProduct, type RunShape } from "../run-shape.ts";
import type { TrainFeature } from "./feature.ts";

/** A member of an ensemble: what it says of the rows that are kept apart, and the metrics of what all members say together. */
export function member({ emission }: RunShape): TrainFeature | undefined {
  const { compiled } = emission;
  const { judge } = compiled.plans;
  if (judge === undefined) return undefined;
  const results = readings(emission).map(({ output, shape, kind }) => ({
    name: output,
    size: sizeProduct(shape),
    kind,
  }));
  const told = compiled.metrics
    .filter(({ sums }) => sums.every((sum) => judge.results.has(sum)))
    .map(({ name }) => name);
  return {
    settings: ts`
/** What the model says of a row: how many numbers, and what they are. */
export const results = ${literal(results)} as const;

/** The metrics that can be told of such numbers alone. */
const toldMetrics: readonly string[] = ${literal(told)};
const toldSums: readonly string[] = ${literal([...judge.results.keys()])};`,
    functions: ts`/** What models say of rows, one row after the other, by the name of the result. */
export type Said = ReadonlyMap<string, Float32Array>;

/** What a trained model says of each row that is measured. */
export async function say(checkpoint: string, options: TrainerOptions): Promise<Said> {
  const file = await loadTensors(checkpoint);
  const part = await measuredPart(file, checkpoint, options);
  const device = await openDevice(options, 0);
  try {
    writeTensors(device, pick(file, kept, checkpoint));
    const said = new Map(results.map(({ name, size }) => [name, new Float32Array(part.rows.length * size)]));
    let start = 0;
    for (const batch of batches(part, part.rows, inputs, batchSize)) {
      device.run(plans.predict, { rows: batch.rows, inputs: batch.fields, numbers: {}, step: 0 });
      for (const { name, size } of results) {
        said.get(name)!.set((await device.result(plans.predict, name)).subarray(0, batch.rows * size), start * size);
      }
      start += batch.rows;
    }
    return said;
  } finally {
    await device.dispose();
  }
}

/** The metrics of what was said of those rows. */
export async function judge(said: Said, checkpoint: string, options: TrainerOptions): Promise<{ readonly metrics: Metrics; readonly rows: number; readonly backend: string }> {
  const part = await measuredPart(await loadTensors(checkpoint), checkpoint, options);
  const device = await openDevice(options, 0);
  try {
    const totals = new Map(toldSums.map((name) => [name, 0]));
    let start = 0;
    for (const batch of batches(part, part.rows, inputs, batchSize)) {
      const given = results.map(({ name, size }) => {
        const numbers = new Float32Array(batchSize * size);
        numbers.set(said.get(name)!.subarray(start * size, (start + batch.rows) * size));
        return [${literal(givenName(""))} + name, numbers] as const;
      });
      device.run(plans.judge, { rows: batch.rows, inputs: { ...batch.fields, ...Object.fromEntries(given) }, numbers: {}, step: 0 });
      for (const name of toldSums) totals.set(name, totals.get(name)! + (await device.result(plans.judge, name))[0]!);
      start += batch.rows;
    }
    const all = metricsOf((name) => totals.get(name) ?? Number.NaN, part.rows.length);
    return { metrics: Object.fromEntries(toldMetrics.map((name) => [name, all[name]!])), rows: part.rows.length, backend: device.backend };
  } finally {
    await device.dispose();
  }
}`,
  };
}
