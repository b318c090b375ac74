import { UserError } from "./errors.ts";

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
 * Numbers the labels of all sources together. Whole numbers 0 … n − 1 stay as they are; anything else is sorted (numbers
 * by size, words by their characters) and numbered in that order. `known` is the numbering of an earlier training;
 * `vocabulary` are labels that count as found even where none of the lists has them.
 */
export function mapLabels(
  classes: number,
  lists: readonly (Float32Array | readonly string[])[],
  places: readonly Place[],
  known: { readonly names: readonly string[] | undefined } | undefined,
  vocabulary: readonly string[] = [],
): MappedLabels {
  const distinct = new Set(vocabulary.map(canonical));
  lists.forEach((list, index) => collect(list, places[index] as Place, distinct));
  const numeric = [...distinct].every((text) => Number.isFinite(Number(text)));
  const names =
    known === undefined ? namesOf(classes, distinct, numeric, places[0] as Place) : known.names;
  const numbers = new Map(names?.map((name, index) => [name, index]));
  const labels = lists.map((list, index) => {
    const place = places[index] as Place;
    return Float32Array.from({ length: list.length }, (_, item) =>
      labelNumber(canonical(list[item] as string | number), numbers, names, classes, place, item),
    );
  });
  return { labels, names };
}

/** "3", "3.0" and 3 are one label. */
function canonical(label: string | number): string {
  if (typeof label === "number") return String(label);
  const number = Number(label);
  return label !== "" && Number.isFinite(number) && /^[-+.\deE]+$/.test(label)
    ? String(number)
    : label;
}

function collect(
  list: Float32Array | readonly string[],
  place: Place,
  distinct: Set<string>,
): void {
  for (let item = 0; item < list.length; item++) {
    const label = list[item] as string | number;
    if (label === "" || Number.isNaN(label))
      throw new UserError(
        `${place.where}: "${place.field}", row ${Math.floor(item / place.size) + 1}: the label is missing.`,
      );
    distinct.add(canonical(label));
  }
}

/** Undefined where the labels are 0 … n − 1 already. */
function namesOf(
  classes: number,
  distinct: ReadonlySet<string>,
  numeric: boolean,
  place: Place,
): readonly string[] | undefined {
  if ([...distinct].every((text) => isLabel(Number(text), classes))) return undefined;
  const sorted = [...distinct].sort(
    numeric ? (a, b) => Number(a) - Number(b) : (a, b) => (a < b ? -1 : 1),
  );
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

const isLabel = (value: number, classes: number): boolean =>
  Number.isInteger(value) && value >= 0 && value < classes;

function labelNumber(
  label: string,
  numbers: ReadonlyMap<string, number>,
  names: readonly string[] | undefined,
  classes: number,
  place: Place,
  item: number,
): number {
  const value = names === undefined ? Number(label) : numbers.get(label);
  if (value !== undefined && isLabel(value, classes)) return value;
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
