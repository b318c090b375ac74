import { batches, type Batch } from "../batches.ts";
import type { ConfusionTable } from "../confusion.ts";
import type { Device } from "../device.ts";
import type { Part } from "../prepare.ts";
import type { TrainingDefinition } from "./definition.ts";
import type { CollectedOperand } from "./types.ts";

/** Numbers that are put down row by row, with room for all rows of a part. */
export interface Collection {
  readonly operand: CollectedOperand;
  readonly values: Float32Array;
}

export function roomFor(operands: readonly CollectedOperand[], rows: number): Collection[] {
  return operands.map((operand) => ({ operand, values: new Float32Array(rows * operand.size) }));
}

/** Puts the numbers of a batch, whose first row is `start`, where they belong. */
export async function collect(
  training: TrainingDefinition,
  device: Device,
  collections: readonly Collection[],
  batch: Batch,
  start: number,
): Promise<void> {
  for (const { operand, values } of collections) {
    const { result, field, size } = operand;
    const numbers =
      result === undefined
        ? batch.fields[field!]!
        : await device.result(training.plans.evaluate, result);
    values.set(numbers.subarray(0, batch.rows * size), start * size);
  }
}

/** How often each class is taken for each other, over all rows of a part. */
export async function tablesOf(
  training: TrainingDefinition,
  device: Device,
  part: Part,
): Promise<Readonly<Record<string, ConfusionTable>>> {
  const counted = training.tables!.map((table) => ({
    ...table,
    collections: roomFor(table.operands, part.rows.length),
  }));
  let start = 0;
  for (const batch of batches(part, part.rows, training.inputs, training.batchSize)) {
    device.run(training.plans.evaluate, {
      rows: batch.rows,
      inputs: batch.fields,
      numbers: {},
      step: 0,
    });
    for (const { collections } of counted)
      await collect(training, device, collections, batch, start);
    start += batch.rows;
  }
  return Object.fromEntries(
    counted.map(({ name, make, labels, classes, collections }) => {
      const [actual, predicted] = collections.map(({ values }) => values);
      const names = labels === undefined ? undefined : part.dataset.columns.get(labels)?.classNames;
      return [name, make(actual!, predicted!, classes, names)];
    }),
  );
}
