import type { Part } from "./prepare.ts";
import { randomStream, randomWords, shuffle } from "./random.ts";

/** Some rows of every field, row-major. Arrays have room for `capacity` rows and are used again for the next batch. */
export interface Batch {
  /** From 1. */
  readonly number: number;
  /** How many rows count; the last batch may be short. */
  readonly rows: number;
  readonly fields: Readonly<Record<string, Float32Array>>;
}

/** The rows in the order of an epoch: a function of seed and epoch alone, so resuming needs no saved state. */
export function epochOrder(rows: Uint32Array, seed: number, epoch: number): Uint32Array {
  const order = Uint32Array.from(rows);
  shuffle(order, randomWords(randomStream(seed, "epoch order"), epoch));
  return order;
}

/** How many batches it takes, the short last one included. */
export function batchCount(rows: number, capacity: number): number {
  return Math.ceil(rows / capacity);
}

/** The rows of `order` in groups of `capacity`. */
export function* batches(
  part: Part,
  order: Uint32Array,
  fields: readonly string[],
  capacity: number,
): Generator<Batch> {
  const columns = fields.map((name) => {
    const column = part.dataset.columns.get(name);
    if (column === undefined) throw new RangeError(`There is no field "${name}".`);
    return { ...column, target: new Float32Array(capacity * column.size) };
  });
  const targets = Object.fromEntries(columns.map((column) => [column.field.name, column.target]));
  for (let start = 0; start < order.length; start += capacity) {
    const rows = order.subarray(start, start + capacity);
    for (const { values, target, size } of columns) gather(values, target, size, rows);
    yield { number: start / capacity + 1, rows: rows.length, fields: targets };
  }
}

function gather(values: Float32Array, target: Float32Array, size: number, rows: Uint32Array): void {
  rows.forEach((row, place) =>
    target.set(values.subarray(row * size, (row + 1) * size), place * size),
  );
}
