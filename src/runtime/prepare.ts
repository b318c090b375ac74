import { alignColumns } from "./align-columns.ts";
import { carried } from "./carried.ts";
import { valueNotes } from "./collapsed-values.ts";
import { bindFields } from "./dataset.ts";
import type { ClassNames, Column, Dataset, Field, RawData, UnscaledDataset } from "./dataset.ts";
import { UserError } from "./errors.ts";
import { foldRows } from "./fold-rows.ts";
import { exampleRows, type ExampleRow } from "./example-rows.ts";
import { fitNormalization, normalizeValues } from "./normalize.ts";
import type { Normalization, NormalizationStep } from "./normalize.ts";
import { own, recordOf } from "./own.ts";
import { rowsInOrder } from "./order-rows.ts";
import { splitGroups, splitInOrder, splitOf, splitRows } from "./split.ts";
import type { Division, Split } from "./split.ts";
import { splitStratified } from "./stratify.ts";
import type { TableLayout } from "./table-layout.ts";

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
  /** How the columns of the training's table were called and stood, where it was a table. */
  readonly layout?: TableLayout;
}

/** The three parts, labels numbered and values normalised. */
export interface PreparedData {
  readonly train: Part;
  readonly validation: Part | undefined;
  readonly test: Part | undefined;
  readonly preparation: Preparation;
  /** A few rows as they were read, of those that are not trained on where there are such. */
  readonly examples: readonly ExampleRow[];
  /** What a person should know of what was read. */
  readonly notes: readonly string[];
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
  readonly split: Division;
  readonly seed: number;
  /** Which of the folds validates, from 1. */
  readonly fold?: number | undefined;
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
  const read = carried.ownParts
    ? [sources.all ?? sources.train, sources.validation, sources.test]
    : [sources.all];
  const given = carried.layouts ? inOneOrder(read, options.known) : read;
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
  const made = new Map<UnscaledDataset, Dataset>();
  for (const dataset of [divided, validation, test])
    if (dataset !== undefined) made.set(dataset, scaled(dataset, normalizations));
  const ready = ({ dataset, rows }: UnscaledPart): Part => ({
    dataset: made.get(dataset) as Dataset,
    rows,
  });
  const preparation: Preparation = {
    classNames: classNamesOf(divided),
    normalizations,
    ...(carried.layouts && layoutOf(given)),
  };
  return {
    train: ready(parts.train),
    validation: parts.validation && ready(parts.validation),
    test: parts.test && ready(parts.test),
    preparation,
    examples,
    notes: [
      ...notesOf(given),
      ...(carried.exactValues
        ? valueNotes(parts.train, ready(parts.train).dataset, preparation)
        : []),
    ],
  };
}

/** What brings each field to scale, by the training rows alone. */
function fitAll(
  { columns }: UnscaledDataset,
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
  const unscaled = bindFields(fields, [source], preparation.classNames)[0] as UnscaledDataset;
  const dataset = scaled(unscaled, preparation.normalizations);
  return { dataset, rows: allOf(unscaled).rows };
}

/** All tables with their columns in the order of an earlier training, or of the first one. */
function inOneOrder(
  sources: readonly (RawData | undefined)[],
  known: Preparation | undefined,
): readonly (RawData | undefined)[] {
  const layout = known?.layout ?? sources[0]?.layout;
  return sources.map((source) => source && alignColumns(layout, source));
}

function layoutOf([first]: readonly (RawData | undefined)[]): Pick<Preparation, "layout"> {
  return first?.layout === undefined ? {} : { layout: first.layout };
}

const notesOf = (sources: readonly (RawData | undefined)[]): readonly string[] => [
  ...new Set(sources.flatMap((source) => source?.notes ?? [])),
];

function divide(dataset: UnscaledDataset, options: PrepareOptions): Split {
  const { rows, inOrder, groups } = dataset;
  const { split, seed } = options;
  if (split.train + split.validation + split.test === 0) return splitOf([allOf(dataset).rows]);
  if (carried.folding && split.folds !== undefined) return foldOf(dataset, split.folds, options);
  if (carried.orders && split.order !== undefined)
    return placed(dataset, split, splitInOrder(rows, split, inOrder?.reach ?? 0));
  if (carried.inOrder && inOrder) return splitInOrder(rows, split, inOrder.reach);
  if (carried.stratifies && split.stratify !== undefined)
    return splitStratified(labelsOf(dataset, split.stratify)!, split, seed);
  if (carried.groups && groups) return splitGroups(groups, split, seed);
  return splitRows(rows, split, seed);
}

function foldOf(
  dataset: UnscaledDataset,
  folds: number,
  { split, seed, fold = 1 }: PrepareOptions,
): Split {
  const { rows, inOrder, groups } = dataset;
  const found = foldRows(rows, { fold, folds, test: split.test }, seed, {
    labels: labelsOf(dataset, split.stratify),
    groups: split.order === "column" ? undefined : groups,
    reach: inOrder?.reach ?? (split.order === undefined ? undefined : 0),
  });
  return carried.orders ? placed(dataset, split, found) : found;
}

/** The labels of a field, one a row. */
function labelsOf(dataset: UnscaledDataset, field: string | undefined): Float32Array | undefined {
  return field === undefined ? undefined : Float32Array.from(dataset.columns.get(field)!.values);
}

/** Places in the order of a column as the rows that stand there; in the order of the file a place is a row. */
function placed({ groups, where }: UnscaledDataset, { order }: Division, split: Split): Split {
  if (order !== "column") return split;
  if (groups === undefined)
    throw new UserError(
      `${where} has no column beside the fields that rows could be put in order by.`,
    );
  const rows = rowsInOrder(groups, where);
  const { train, validation, test } = split;
  return splitOf(
    [train, validation, test].map((part) => Array.from(part, (place) => rows[place]!)),
  );
}

type UnscaledPart = Omit<Part, "dataset" | "original"> & { readonly dataset: UnscaledDataset };

const partOf = (dataset: UnscaledDataset, rows: Uint32Array): UnscaledPart | undefined =>
  rows.length === 0 ? undefined : { dataset, rows };

const allOf = (dataset: UnscaledDataset): UnscaledPart => ({
  dataset,
  rows: Uint32Array.from({ length: dataset.rows }, (_, row) => row),
});

/** Values of 64 bits are rounded to 32 once they are brought to scale; those of 32 bits are scaled in place. */
function scaled(
  dataset: UnscaledDataset,
  normalizations: Readonly<Record<string, Normalization>>,
): Dataset {
  const columns = new Map<string, Column>();
  for (const [name, column] of dataset.columns) {
    const { values } = column;
    const normalization = own(normalizations, name);
    const target = values instanceof Float32Array ? values : new Float32Array(values);
    if (normalization !== undefined) normalizeValues(values, normalization, target);
    columns.set(name, { ...column, values: target });
  }
  return { ...dataset, columns };
}

function classNamesOf(dataset: UnscaledDataset): ClassNames {
  return recordOf(
    [...dataset.columns].flatMap(([name, column]) =>
      column.classNames === undefined ? [] : [[name, column.classNames] as const],
    ),
  );
}
