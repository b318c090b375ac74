import { classNameOf } from "./labels.ts";
import type { Part } from "./prepare.ts";

/** How often each class of a field occurs in each part of the data. */
export interface ClassRows {
  readonly field: string;
  readonly classes: readonly string[];
  /** Whether the labels have names, by which they are numbered. */
  readonly named: boolean;
  /** A row may have several labels of the field. */
  readonly several: boolean;
  /** Whether the parts are of one source, and could be divided otherwise. */
  readonly divided: boolean;
  readonly train: readonly number[];
  readonly validation?: readonly number[];
  readonly test?: readonly number[];
}

/** Counts the labels of a field as they were read. */
export function countClassRows(
  field: string,
  parts: Readonly<Record<"train", Part>> &
    Readonly<Partial<Record<"validation" | "test", Part | undefined>>>,
): ClassRows {
  const column = labelsIn(parts.train, field);
  const count = column.field.classes!;
  const counted = (part: Part): readonly number[] => {
    const { values, size } = labelsIn(part, field);
    const counts = Array.from({ length: count }, () => 0);
    for (const row of part.rows)
      for (let place = row * size; place < (row + 1) * size; place++) counts[values[place]!]!++;
    return counts;
  };
  return {
    field,
    classes: Array.from({ length: count }, (_, index) => classNameOf(column.classNames, index)),
    named: column.classNames !== undefined,
    several: column.size > 1,
    divided: [parts.validation, parts.test].every(
      (part) => part === undefined || part.dataset === parts.train.dataset,
    ),
    train: counted(parts.train),
    ...(parts.validation && { validation: counted(parts.validation) }),
    ...(parts.test && { test: counted(parts.test) }),
  };
}

function labelsIn({ dataset, original }: Part, field: string) {
  return (original ?? dataset).columns.get(field)!;
}

/** More classes than this are not listed one by one. */
const mostListed = 12;

/** A line for a field: `red 34/7/7, dark 20/4/4`, in the order training, validation, test. */
export function describeClassRows(rows: ClassRows): string {
  const { field, classes, several, train, validation, test } = rows;
  const what = several ? "places" : "rows";
  const parts = [train, validation, test].filter((part) => part !== undefined);
  const all = classes.map((name, index) => `${name} ${parts.map((part) => part[index]).join("/")}`);
  const told =
    classes.length > mostListed
      ? `${classes.length} classes of ${Math.min(...train)} to ${Math.max(...train)} ${what} to train on`
      : all.join(", ");
  return `${field.padEnd(9)} ${told}`;
}

/** What is to be said where a part of the data has no row of a class: nothing is learned of it, or nothing told. */
export function lackingClasses(rows: ClassRows): readonly string[] {
  const { field, classes, named, train, validation, test } = rows;
  const numbered = named
    ? "; classes are numbered in the order of the names that the data have"
    : "";
  const all = classes.map((_, index) => index);
  const unlearned = all.filter((index) => train[index] === 0);
  const remarks =
    unlearned.length === 0
      ? []
      : [`no row to train on has the ${listed(rows, unlearned)}: it is not learned${numbered}`];
  for (const [part, counts] of [
    ["validation", validation],
    ["test", test],
  ] as const) {
    const untold = all.filter((index) => train[index]! > 0 && counts?.[index] === 0);
    if (untold.length === 0) continue;
    const isEnough = untold.some((index) => train[index]! >= 3);
    const hint =
      rows.divided && isEnough ? ` (\`stratify: ${field}\` in the split spreads rare classes)` : "";
    remarks.push(
      `no row of the ${part} part has the ${listed(rows, untold)}, so its numbers say nothing of that${hint}`,
    );
  }
  return remarks;
}

function listed({ field, classes }: ClassRows, indices: readonly number[]): string {
  const shown = indices
    .slice(0, 8)
    .map((index) => JSON.stringify(classes[index]))
    .join(", ");
  const more = indices.length > 8 ? ` and ${indices.length - 8} more` : "";
  return `${field} ${shown}${more}`;
}
