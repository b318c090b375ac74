import type { Batch } from "./batches.ts";
import type { Column, Dataset } from "./dataset.ts";
import { blend, type Mixup } from "./mixup.ts";
import type { Part } from "./prepare.ts";
import { randomStream, randomWords, normalFrom, uniformFrom, integerBelow } from "./random.ts";

/** One row of a field on its way: height × width × channels, row-major. A signal has its steps as the height and width 1. */
export interface Picture {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly values: Float32Array;
}

/** The random numbers of one row in one epoch. */
export interface Random {
  /** In [0, 1). */
  readonly uniform: () => number;
  readonly normal: () => number;
  /** A whole number from 0 to `bound` − 1. */
  readonly below: (bound: number) => number;
}

/** Makes another picture of one; the one that it is given stays as it was. */
export type Augmentation = (picture: Picture, random: Random) => Picture;

/** What is done to one field: the shape of its rows, height × width × channels, and the steps in their order. */
export interface FieldAugmentation {
  readonly shape: readonly [height: number, width: number, channels: number];
  readonly steps: readonly Augmentation[];
}

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

/**
 * The random numbers of a row: a function of seed, epoch, row and purpose alone, so that neither the order of the batches nor
 * the backend nor an interruption changes them.
 */
export function randomOf(seed: number, epoch: number, row: number, purpose: string): Random {
  const words = randomWords(randomStream(seed, `augment/${purpose}/${row}`), epoch);
  return {
    uniform: () => uniformFrom(words),
    normal: normalFrom(words),
    below: (bound) => integerBelow(words, bound),
  };
}

export function augmentPicture(
  picture: Picture,
  steps: readonly Augmentation[],
  random: Random,
): Picture {
  return steps.reduce((current, step) => step(current, random), picture);
}

/** A column of the rows as they were before anything was cut to size. */
export function originalColumn(part: Part, name: string): Column {
  return columnOf(part.original ?? part.dataset, name);
}

/** A row of a column as a picture. */
export function pictureOf(
  column: Pick<Column, "size" | "values">,
  row: number,
  shape: FieldAugmentation["shape"],
): Picture {
  const [height, width, channels] = shape;
  const values = column.values.subarray(row * column.size, (row + 1) * column.size);
  return { height, width, channels, values };
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
