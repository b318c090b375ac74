import { carried } from "./carried.ts";
import type { Dataset, UnscaledDataset } from "./dataset.ts";
import { own } from "./own.ts";
import type { TableLayout } from "./table-layout.ts";

/** So many rows are looked at: those of a large file are alike. */
const mostRows = 20_000;

/**
 * Of values read from 64 bits: the features that never change, of which nothing can be learned, and those of which 32 bits, once they
 * are scaled, cannot tell more than one value in a hundred from the next.
 */
export function valueNotes(
  { dataset, rows }: { readonly dataset: UnscaledDataset; readonly rows: Uint32Array },
  after: Dataset,
  { layout }: { readonly layout?: TableLayout },
): readonly string[] {
  const seen = rows.subarray(0, mostRows);
  return [...dataset.columns].flatMap(([name, { field, size, values }]) => {
    const scaled = after.columns.get(name)?.values;
    if (values instanceof Float32Array || scaled === undefined || field.classes !== undefined)
      return [];
    const columns = carried.layouts ? own(layout?.fields, name) : undefined;
    const called = (place: number): string => columns?.[place] ?? String(place + 1);
    const features = Array.from({ length: size }, (_, place) => ({
      name: JSON.stringify(called(place)),
      found: distinct(values, seen, place, size),
      left: distinct(scaled, seen, place, size),
    }));
    const constant = features.filter(({ found }) => found === 1);
    const collapsed = features.filter(({ found, left }) => left < 0.99 * found);
    return [
      ...describe(
        name,
        constant,
        "the same in every training row, so that nothing is learned of it",
      ),
      ...describe(name, collapsed, "with values that 32 bits cannot tell apart"),
      ...collapsed
        .slice(0, 3)
        .map(
          (each) => `${name}: of ${each.name}, 32 bits keep ${each.left} of ${each.found} values`,
        ),
    ];
  });
}

function describe(
  name: string,
  features: readonly { readonly name: string }[],
  what: string,
): readonly string[] {
  const names = features.slice(0, 12).map((each) => each.name);
  return names.length === 0
    ? []
    : [`${name}: ${what}: ${names.join(", ")}${features.length > names.length ? ", …" : ""}`];
}

function distinct(
  values: Float32Array | Float64Array,
  rows: Uint32Array,
  place: number,
  size: number,
): number {
  const found = new Set<number>();
  for (const row of rows) found.add(values[row * size + place] as number);
  return found.size;
}
