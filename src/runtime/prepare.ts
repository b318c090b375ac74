import { bindFields } from "./dataset.ts";
import type { ClassNames, Dataset, Field, RawData } from "./dataset.ts";
import { carried } from "./carried.ts";
import { UserError } from "./errors.ts";
import { exampleRows, type ExampleRow } from "./example-rows.ts";
import { fitNormalization, normalizeValues } from "./normalize.ts";
import type { Normalization, NormalizationStep } from "./normalize.ts";
import { own, recordOf } from "./own.ts";
import { splitGroups, splitInOrder, splitRows } from "./split.ts";
import type { Fractions } from "./split.ts";

/** The rows of a dataset that serve one purpose. */
export interface Part {
  readonly dataset: Dataset;
  readonly rows: Uint32Array;
  /** The rows as they were before pictures were cut to size and labels made distributions; see feed.ts. */
  readonly original?: Dataset;
}

/** What was learned from the training part about how data look: plain JSON, saved beside the weights. */
export interface Preparation {
  readonly classNames: ClassNames;
  readonly normalizations: Readonly<Record<string, Normalization>>;
}

/** The three parts, labels numbered and values normalised. */
export interface PreparedData {
  readonly train: Part;
  readonly validation: Part | undefined;
  readonly test: Part | undefined;
  readonly preparation: Preparation;
  /** A few rows as they were read, of those that are not trained on where there are such. */
  readonly examples: readonly ExampleRow[];
}

/** One source of everything, or one for each part; what has no source of its own is split from the rest. */
export interface Sources {
  readonly all?: RawData;
  readonly train?: RawData;
  readonly validation?: RawData;
  readonly test?: RawData;
}

interface PrepareOptions {
  /** Shares of the source that is divided. All 0: everything there is for training. */
  readonly split: Fractions;
  readonly seed: number;
  readonly normalize?: Readonly<Record<string, readonly NormalizationStep[]>>;
  /** What an earlier training learned of them: labels are numbered and values scaled as there. */
  readonly known?: Preparation;
}

/** From what was read to what is trained on: labels numbered over all sources, rows split, values normalised by the training part. */
export function prepareData(
  fields: readonly Field[],
  sources: Sources,
  options: PrepareOptions,
): PreparedData {
  const given = carried.ownParts
    ? [sources.all ?? sources.train, sources.validation, sources.test]
    : [sources.all];
  const datasets = bindFields(
    fields,
    given.filter((source) => source !== undefined),
    options.known?.classNames,
  );
  const [divided, validation, test] = carried.ownParts
    ? given.map((source) => (source === undefined ? undefined : datasets.shift()))
    : datasets;
  if (divided === undefined) throw new UserError("There is no data to train on.");
  const split = divide(divided, options);
  const parts = {
    train: { dataset: divided, rows: split.train },
    validation:
      carried.ownParts && validation ? allOf(validation) : partOf(divided, split.validation),
    test: carried.ownParts && test ? allOf(test) : partOf(divided, split.test),
  };
  const examples = exampleRows(parts.test ?? parts.validation ?? parts.train);
  const normalizations =
    options.known?.normalizations ?? fitAll(divided, split.train, options.normalize);
  for (const dataset of [divided, validation, test])
    if (dataset !== undefined) normalizeDataset(dataset, normalizations);
  return { ...parts, preparation: { classNames: classNamesOf(divided), normalizations }, examples };
}

/** What brings each field to scale, by the training rows alone. */
function fitAll(
  { columns }: Dataset,
  rows: Uint32Array,
  normalize: PrepareOptions["normalize"] = {},
): Preparation["normalizations"] {
  const normalizations = recordOf<Normalization>([]);
  for (const [name, steps] of Object.entries(normalize)) {
    const column = columns.get(name);
    if (column !== undefined) normalizations[name] = fitNormalization(column, rows, steps);
  }
  return normalizations;
}

/** Other data, treated as those of the training were: for evaluation and prediction. */
export function preparePart(
  fields: readonly Field[],
  source: RawData,
  preparation: Preparation,
): Part {
  const dataset = bindFields(fields, [source], preparation.classNames)[0] as Dataset;
  normalizeDataset(dataset, preparation.normalizations);
  return allOf(dataset);
}

function divide(
  dataset: Dataset,
  options: PrepareOptions,
): { readonly train: Uint32Array; readonly validation: Uint32Array; readonly test: Uint32Array } {
  const { train, validation, test } = options.split;
  const none = new Uint32Array(0);
  if (train + validation + test === 0)
    return { train: allOf(dataset).rows, validation: none, test: none };
  const { rows, inOrder, groups } = dataset;
  if (carried.inOrder && inOrder) return splitInOrder(rows, options.split, inOrder.reach);
  if (carried.groups && groups) return splitGroups(groups, options.split, options.seed);
  return splitRows(rows, options.split, options.seed);
}

const partOf = (dataset: Dataset, rows: Uint32Array): Part | undefined =>
  rows.length === 0 ? undefined : { dataset, rows };

const allOf = (dataset: Dataset): Part => ({
  dataset,
  rows: Uint32Array.from({ length: dataset.rows }, (_, row) => row),
});

function normalizeDataset(
  dataset: Dataset,
  normalizations: Readonly<Record<string, Normalization>>,
): void {
  for (const [name, column] of dataset.columns) {
    const normalization = own(normalizations, name);
    if (normalization !== undefined) normalizeValues(column.values, normalization);
  }
}

function classNamesOf(dataset: Dataset): ClassNames {
  return recordOf(
    [...dataset.columns].flatMap(([name, column]) =>
      column.classNames === undefined ? [] : [[name, column.classNames] as const],
    ),
  );
}
