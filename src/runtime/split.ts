import { UserError } from "./errors.ts";
import { randomStream, randomWords, shuffle } from "./random.ts";

/** Row numbers of the three parts, ascending; no row is in two of them. */
export interface Split {
  readonly train: Uint32Array;
  readonly validation: Uint32Array;
  readonly test: Uint32Array;
}

/** Shares of the rows, each 0 … 1, together at most 1. */
export interface Fractions {
  readonly train: number;
  readonly validation: number;
  readonly test: number;
}

/** How rows are divided: at random, unless something else is said. */
export interface Division extends Fractions {
  /** The field whose classes each part has in the proportions of the whole. */
  readonly stratify?: string;
  /** In the order of the file, or by the numbers or dates of the column that is read beside the fields. */
  readonly order?: "rows" | "column";
  /** What is not for testing is divided into so many parts, each of which validates once. */
  readonly folds?: number;
}

const PARTS = ["train", "validation", "test"] as const;

/**
 * Divides rows at random, the same for the same seed. Counts are exact: each share rounded down, what is left over goes to
 * the largest remainders.
 */
export function splitRows(rows: number, fractions: Fractions, seed: number): Split {
  const missing = largestRemainder(rows, fractions);
  const parts: number[][] = [[], [], []];
  for (const row of randomOrder(rows, seed)) {
    const part = missing.findIndex((count) => count > 0);
    if (part === -1) break;
    parts[part]!.push(row);
    missing[part]!--;
  }
  requireRows(parts, fractions, `${rows} rows`);
  return splitOf(parts);
}

/** The same for rows of which those of one group stay together: counts are as near as that allows. */
export function splitGroups(groups: readonly string[], fractions: Fractions, seed: number): Split {
  const units = rowsByGroup(groups);
  const missing = largestRemainder(groups.length, fractions);
  const parts: number[][] = [[], [], []];
  for (const index of randomOrder(units.length, seed)) {
    const part = indexOfLargest(missing);
    for (const row of units[index]!) parts[part]!.push(row);
    missing[part]! -= units[index]!.length;
  }
  requireRows(parts, fractions, `${groups.length} rows in ${units.length} groups`);
  return splitOf(parts);
}

/** Numbers from 0 in an order that the seed decides. */
export function randomOrder(length: number, seed: number): Uint32Array {
  const order = Uint32Array.from({ length }, (_, index) => index);
  shuffle(order, randomWords(randomStream(seed, "split"), 0));
  return order;
}

/** Three lists of rows as the parts of a split, each ascending. */
export function splitOf([
  train = [],
  validation = [],
  test = [],
]: readonly ArrayLike<number>[]): Split {
  const ascending = (rows: ArrayLike<number>): Uint32Array => Uint32Array.from(rows).sort();
  return { train: ascending(train), validation: ascending(validation), test: ascending(test) };
}

/**
 * Divides rows in their order: the first are for training, the last for testing. Rows that have something in common with the next
 * part, because they overlap with up to `reach` rows after them, are in no part.
 */
export function splitInOrder(rows: number, fractions: Fractions, reach: number): Split {
  const counts = largestRemainder(rows, fractions);
  let start = 0;
  const parts = counts.map((count, part) => {
    const isLast = counts.slice(part + 1).every((later) => later === 0);
    const length = Math.max(0, isLast ? count : count - reach);
    const taken = Array.from({ length }, (_, row) => start + row);
    start += count;
    return taken;
  });
  requireRows(parts, fractions, `${rows} rows`);
  return splitOf(parts);
}

/** The rows of each group, in the order in which groups first occur. */
export function rowsByGroup(groups: readonly string[]): number[][] {
  const units = new Map<string, number[]>();
  groups.forEach((group, row) => {
    const unit = units.get(group);
    if (unit === undefined) units.set(group, [row]);
    else unit.push(row);
  });
  return [...units.values()];
}

/** Whole numbers in proportion to the shares, adding up to the rounded sum of the shares (Hamilton's method). */
export function largestRemainder(rows: number, fractions: Fractions): number[] {
  const quotas = PARTS.map((part) => rows * fractions[part]);
  const counts = quotas.map((quota) => Math.floor(quota + 1e-9));
  const total = Math.min(rows, Math.round(quotas.reduce((sum, quota) => sum + quota, 0)));
  const remainders = quotas.map((quota, part) => quota - (counts[part] as number));
  for (let left = total - counts.reduce((sum, count) => sum + count, 0); left > 0; left--) {
    const part = indexOfLargest(remainders);
    counts[part] = (counts[part] as number) + 1;
    remainders[part] = -1;
  }
  return counts;
}

export function indexOfLargest(values: readonly number[]): number {
  return values.indexOf(Math.max(...values));
}

/** A part that was asked for has rows. */
export function requireRows(
  parts: readonly (readonly number[])[],
  fractions: Fractions,
  among: string,
): void {
  const empty = PARTS.find((part, index) => fractions[part] > 0 && parts[index]?.length === 0);
  if (empty === undefined) return;
  throw new UserError(
    `The ${empty} part of ${Math.round(fractions[empty] * 1000) / 10} % would be empty: there are only ${among}.`,
  );
}
