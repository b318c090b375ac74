import { augmentPicture, pictureOf, randomOf, type FieldAugmentation } from "./picture.ts";
import type { Column, Dataset } from "./dataset.ts";
import type { Part, PreparedData } from "./prepare.ts";

/** What the model is given of a field when nothing is drawn: a picture cut out of the middle, a label as a distribution. */
export type Feeding = FieldAugmentation | { readonly classes: number };

/** All parts as the model is given them; training finds the rows themselves in `original`. */
export function feedData(data: PreparedData, feeding: ReadonlyMap<string, Feeding>): PreparedData {
  const made = new Map<Dataset, Dataset>();
  const fed = (part: Part): Part => {
    const dataset = made.get(part.dataset) ?? feedDataset(part.dataset, feeding);
    made.set(part.dataset, dataset);
    return { dataset, rows: part.rows, original: part.dataset };
  };
  const { train, validation, test } = data;
  return {
    ...data,
    train: fed(train),
    validation: validation && fed(validation),
    test: test && fed(test),
  };
}

export function feedPart(part: Part, feeding: ReadonlyMap<string, Feeding>): Part {
  return { ...part, dataset: feedDataset(part.dataset, feeding), original: part.dataset };
}

function feedDataset(dataset: Dataset, feeding: ReadonlyMap<string, Feeding>): Dataset {
  const columns = new Map(dataset.columns);
  for (const [name, feed] of feeding) {
    const column = columns.get(name);
    if (column !== undefined) columns.set(name, feedColumn(column, feed));
  }
  return { ...dataset, columns };
}

function feedColumn(column: Column, feed: Feeding): Column {
  if ("classes" in feed) return asDistributions(column, feed.classes);
  const values = feedRows(column.values, feed);
  return { ...column, size: (values.length * column.size) / column.values.length, values };
}

/** Rows one after the other, each as the model is given it. */
export function feedRows(source: Float32Array, { shape, steps }: FieldAugmentation): Float32Array {
  const column = { size: shape[0] * shape[1] * shape[2], values: source };
  const rows = source.length / column.size;
  const made = Array.from({ length: rows }, (_, row) => {
    const random = randomOf(0, 0, row, "feed");
    return augmentPicture(pictureOf(column, row, shape), steps, random).values;
  });
  const size = made[0]?.length ?? 0;
  const values = new Float32Array(rows * size);
  made.forEach((row, place) => values.set(row, place * size));
  return values;
}

/** Each label as 1 at its class and 0 elsewhere. */
function asDistributions(column: Column, classes: number): Column {
  const values = new Float32Array(column.values.length * classes);
  column.values.forEach((label, place) => (values[place * classes + label] = 1));
  return { ...column, size: column.size * classes, values };
}
