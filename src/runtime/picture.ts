import type { Column } from "./dataset.ts";
import { integerBelow, normalFrom, randomStream, randomWords, uniformFrom } from "./random.ts";

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
