import { batches, type Batch } from "../batches.ts";
import { collectRows } from "../collected-rows.ts";
import type { ConfusionTable } from "../confusion.ts";
import type { Device } from "../device.ts";
import type { Part } from "../prepare.ts";
import type { TrainingDefinition } from "./definition.ts";
import type { CollectedOperand } from "./types.ts";

/** The numbers of a batch that metrics are made of, as they are now. */
export async function numbersOf(
  training: TrainingDefinition,
  device: Device,
  operands: readonly CollectedOperand[],
  batch: Batch,
): Promise<Float32Array[]> {
  const numbers: Float32Array[] = [];
  for (const { result, field, size } of operands) {
    const own =
      result === undefined
        ? batch.fields[field!]!
        : await device.result(training.plans.evaluate, result);
    numbers.push(own.subarray(0, batch.rows * size));
  }
  return numbers;
}

/** The names of the classes of a field, where it has any. */
function classNamesOf(part: Part, field: string | undefined): readonly string[] | undefined {
  return field === undefined ? undefined : part.dataset.columns.get(field)?.classNames;
}

/** Begins to collect what metrics are made of. */
export function collectorsOf(training: TrainingDefinition, part: Part) {
  return training.collected!.map(({ name, operands, labels, begin }) => ({
    name,
    operands,
    collector: begin(classNamesOf(part, labels)),
  }));
}

/** How often each class is taken for each other, over all rows of a part. */
export async function tablesOf(
  training: TrainingDefinition,
  device: Device,
  part: Part,
): Promise<Readonly<Record<string, ConfusionTable>>> {
  const counted = training.tables!.map(({ name, operands, labels, classes, make }) => {
    const names = classNamesOf(part, labels);
    const collector = collectRows((actual, predicted) => make(actual!, predicted!, classes, names));
    return { name, operands, collector };
  });
  for (const batch of batches(part, part.rows, training.inputs, training.batchSize)) {
    device.run(training.plans.evaluate, {
      rows: batch.rows,
      inputs: batch.fields,
      numbers: {},
      step: 0,
    });
    for (const { operands, collector } of counted)
      collector.add(await numbersOf(training, device, operands, batch));
  }
  return Object.fromEntries(counted.map(({ name, collector }) => [name, collector.result()]));
}
