import { UserError } from "./errors.ts";
import type { NumberValues } from "./number-array.ts";

/** Where a list of labels came from, for messages; `size` labels a row. */
interface Place {
  readonly where: string;
  readonly field: string;
  readonly size: number;
}

/** Labels as numbers 0 … n − 1, list by list, and what these were called when they were something else. */
interface MappedLabels {
  readonly labels: Float32Array[];
  readonly names: readonly string[] | undefined;
}

/**
 * Numbers the labels of all sources together. A label is its text: `7`, `07` and `7.0` are three. Whole numbers 0 … n − 1, written
 * as these, stay as they are; anything else is sorted (numbers by size, words by their characters) and numbered in that order.
 * `known` is the numbering of an earlier training; `vocabulary` are labels that count as found even where none of the lists has them.
 */
export function mapLabels(
  classes: number,
  lists: readonly (NumberValues | readonly string[])[],
  places: readonly Place[],
  known: { readonly names: readonly string[] | undefined } | undefined,
  vocabulary: readonly string[] = [],
): MappedLabels {
  const distinct = new Set(vocabulary);
  lists.forEach((list, index) => collect(list, places[index] as Place, distinct));
  const names = known === undefined ? namesOf(classes, distinct, places[0] as Place) : known.names;
  const numbers = new Map(names?.map((name, index) => [name, index]));
  const labels = lists.map((list, index) => {
    const place = places[index] as Place;
    return Float32Array.from({ length: list.length }, (_, item) =>
      labelNumber(String(list[item]), numbers, names, classes, place, item),
    );
  });
  return { labels, names };
}

function collect(
  list: NumberValues | readonly string[],
  place: Place,
  distinct: Set<string>,
): void {
  for (let item = 0; item < list.length; item++) {
    const label = list[item];
    if (label === "" || Number.isNaN(label))
      throw new UserError(
        `${place.where}: "${place.field}", row ${Math.floor(item / place.size) + 1}: the label is missing.`,
      );
    distinct.add(String(label));
  }
}

/** Undefined where the labels are 0 … n − 1 already. */
function namesOf(
  classes: number,
  distinct: ReadonlySet<string>,
  place: Place,
): readonly string[] | undefined {
  if ([...distinct].every((text) => numberOfLabel(text, classes) !== undefined)) return undefined;
  const sorted = sortedLabels(distinct);
  if (sorted.length > classes) {
    const shown = sorted
      .slice(0, 12)
      .map((name) => JSON.stringify(name))
      .join(", ");
    throw new UserError(
      `${place.where}: "${place.field}" is declared with ${classes} classes; found ${sorted.length} different labels.`,
      [`Found: ${shown}${sorted.length > 12 ? ", …" : ""}.`],
    );
  }
  return sorted;
}

/** Numbers by their size where all labels are numbers, else, and among equal ones, texts by their characters. */
export function sortedLabels(labels: Iterable<string>): readonly string[] {
  const all = [...labels];
  const areNumbers = all.every(isPlainNumber);
  const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  return all.sort((a, b) => (areNumbers ? Number(a) - Number(b) : 0) || byText(a, b));
}

const isPlainNumber = (text: string): boolean =>
  /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) && Number.isFinite(Number(text));

/** The class that a label is the number of, where it is written as numbers are counted: `7`, and not `07` or `7.0`. */
export function numberOfLabel(label: string, classes: number): number | undefined {
  return /^(0|[1-9]\d*)$/.test(label) && Number(label) < classes ? Number(label) : undefined;
}

/** What a class is called; one that the data have no label for is told apart from those that they have. */
export function classNameOf(names: readonly string[] | undefined, index: number): string {
  if (names === undefined) return String(index);
  const name = names[index];
  if (name !== undefined) return name;
  let free = `unnamed ${index}`;
  while (names.includes(free)) free += "'";
  return free;
}

function labelNumber(
  label: string,
  numbers: ReadonlyMap<string, number>,
  names: readonly string[] | undefined,
  classes: number,
  place: Place,
  item: number,
): number {
  const value = names === undefined ? numberOfLabel(label, classes) : numbers.get(label);
  if (value !== undefined && value < classes) return value;
  const expected =
    names === undefined
      ? `0 to ${classes - 1}`
      : names
          .slice(0, 12)
          .map((name) => JSON.stringify(name))
          .join(", ");
  throw new UserError(
    `${place.where}: "${place.field}", row ${Math.floor(item / place.size) + 1}: the label ${JSON.stringify(label)} is none of ${expected}.`,
  );
}
