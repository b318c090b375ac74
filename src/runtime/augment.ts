import type { Batch } from "./batches.ts";
import type { Column, Dataset } from "./dataset.ts";
import { blend, type Mixup } from "./mixup.ts";
import type { Part } from "./prepare.ts";
import { augmentPicture, pictureOf, randomOf, type FieldAugmentation } from "./picture.ts";

/** What is done to the rows of every batch in training. */
export interface Augmenting {
  readonly fields: ReadonlyMap<string, FieldAugmentation>;
  readonly mixup?: Mixup;
}

/** Which rows, in which epoch, and how many batches of it an interrupted training has behind it. */
export interface Epoch {
  readonly order: Uint32Array;
  readonly seed: number;
  readonly epoch: number;
  readonly done: number;
}

/** A column of the rows as they were before anything was cut to size. */
export function originalColumn(part: Part, name: string): Column {
  return columnOf(part.original ?? part.dataset, name);
}

/** The rows of an epoch in groups of `capacity`, augmented; arrays are used again for the next batch. */
export function* augmentedBatches(
  part: Part,
  { order, seed, epoch, done }: Epoch,
  fields: readonly string[],
  capacity: number,
  augmenting: Augmenting,
): Generator<Batch> {
  const targets = Object.fromEntries(
    fields.map((name) => [name, new Float32Array(capacity * columnOf(part.dataset, name).size)]),
  );
  for (let number = done + 1; (number - 1) * capacity < order.length; number++) {
    const rows = order.subarray((number - 1) * capacity, number * capacity);
    fillBatch(part, rows, seed, epoch, augmenting, targets);
    yield { number, rows: rows.length, fields: targets };
  }
}

/** The augmented rows of one batch, into the arrays of its fields. */
export function fillBatch(
  part: Part,
  rows: Uint32Array,
  seed: number,
  epoch: number,
  augmenting: Augmenting,
  targets: Readonly<Record<string, Float32Array>>,
): void {
  for (const [name, target] of Object.entries(targets)) {
    const size = columnOf(part.dataset, name).size;
    const make = rowMaker(part, name, seed, epoch, augmenting);
    rows.forEach((row, place) => target.set(make(row), place * size));
  }
}

/** How one field of a row comes to be: taken as it is, or augmented, then blended with that of another row. */
function rowMaker(
  part: Part,
  name: string,
  seed: number,
  epoch: number,
  augmenting: Augmenting,
): (row: number) => Float32Array {
  const { mixup } = augmenting;
  const steps = augmenting.fields.get(name);
  const mixes = mixup?.fields.includes(name) === true;
  // What evaluation sees (labels as distributions) is what is blended where nothing else is done to a field.
  const column = steps === undefined ? columnOf(part.dataset, name) : originalColumn(part, name);
  const own = (row: number): Float32Array => {
    const { size, values } = column;
    if (steps === undefined) return values.subarray(row * size, (row + 1) * size);
    const random = randomOf(seed, epoch, row, name);
    return augmentPicture(pictureOf(column, row, steps.shape), steps.steps, random).values;
  };
  if (mixup === undefined || !mixes) return own;
  return (row) => {
    const random = randomOf(seed, epoch, row, "mixup");
    return blend(mixup, random, part.rows, row, own);
  };
}

function columnOf(dataset: Dataset, name: string): Column {
  const column = dataset.columns.get(name);
  if (column === undefined) throw new RangeError(`There is no field "${name}".`);
  return column;
}
