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

const PARTS = ["train", "validation", "test"] as const;

/**
 * Divides rows at random, the same for the same seed. Counts are exact: each share rounded down, what is left over goes to
 * the largest remainders. With `groups`, rows of one group stay together, and counts are as near as that allows.
 */
export function splitRows(
  rows: number,
  fractions: Fractions,
  seed: number,
  groups?: readonly string[],
): Split {
  const units =
    groups === undefined ? Array.from({ length: rows }, (_, row) => [row]) : rowsByGroup(groups);
  const order = Uint32Array.from(units, (_, index) => index);
  shuffle(order, randomWords(randomStream(seed, "split"), 0));
  const missing = largestRemainder(rows, fractions);
  const parts: number[][] = [[], [], []];
  for (const index of order) {
    const unit = units[index] as readonly number[];
    const part =
      groups === undefined ? missing.findIndex((count) => count > 0) : indexOfLargest(missing);
    if (part === -1) break;
    for (const row of unit) parts[part]?.push(row);
    missing[part] = (missing[part] as number) - unit.length;
  }
  requireRows(parts, fractions, rows, groups === undefined ? undefined : units.length);
  const [train, validation, test] = parts.map((part) => Uint32Array.from(part).sort());
  return {
    train: train as Uint32Array,
    validation: validation as Uint32Array,
    test: test as Uint32Array,
  };
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
  requireRows(parts, fractions, rows, undefined);
  const [train, validation, test] = parts.map((part) => Uint32Array.from(part));
  return {
    train: train as Uint32Array,
    validation: validation as Uint32Array,
    test: test as Uint32Array,
  };
}

function rowsByGroup(groups: readonly string[]): number[][] {
  const units = new Map<string, number[]>();
  groups.forEach((group, row) => {
    const unit = units.get(group);
    if (unit === undefined) units.set(group, [row]);
    else unit.push(row);
  });
  return [...units.values()];
}

/** Whole numbers in proportion to the shares, adding up to the rounded sum of the shares (Hamilton's method). */
function largestRemainder(rows: number, fractions: Fractions): number[] {
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

function indexOfLargest(values: readonly number[]): number {
  return values.indexOf(Math.max(...values));
}

function requireRows(
  parts: readonly (readonly number[])[],
  fractions: Fractions,
  rows: number,
  groups: number | undefined,
): void {
  const empty = PARTS.find((part, index) => fractions[part] > 0 && parts[index]?.length === 0);
  if (empty === undefined) return;
  const among = groups === undefined ? `${rows} rows` : `${rows} rows in ${groups} groups`;
  throw new UserError(
    `The ${empty} part of ${Math.round(fractions[empty] * 1000) / 10} % would be empty: there are only ${among}.`,
  );
}
