import {
  indexOfLargest,
  largestRemainder,
  randomOrder,
  requireRows,
  splitOf,
  type Fractions,
  type Split,
} from "./split.ts";

/**
 * Divides rows so that each part has the classes in the proportions of the whole. Counts of rows are exact, those of a class as near
 * as that allows; a class with as many rows as there are parts is in all of them.
 */
export function splitStratified(labels: Float32Array, fractions: Fractions, seed: number): Split {
  const wanted = largestRemainder(labels.length, fractions);
  const parts: number[][] = wanted.map(() => []);
  stratifiedOrder(labels, seed).forEach((row, index) => {
    // The part that is furthest behind its share of the rows so far.
    const behind = wanted.map((count, part) =>
      parts[part]!.length === count
        ? Number.NEGATIVE_INFINITY
        : (count * (index + 1)) / labels.length - parts[part]!.length,
    );
    parts[indexOfLargest(behind)]!.push(row);
  });
  giveEach(parts, labels);
  requireRows(parts, fractions, `${labels.length} rows`);
  return splitOf(parts);
}

/** All rows, class by class, those of a class in an order that the seed decides. */
export function stratifiedOrder(labels: Float32Array, seed: number): Uint32Array {
  return randomOrder(labels.length, seed).sort((a, b) => labels[a]! - labels[b]!);
}

/** Where a part lacks a class of which another has several rows, it gets one of them for one of a class of which it has several. */
function giveEach(parts: readonly number[][], labels: Float32Array): void {
  for (const label of new Set(labels))
    for (const part of parts) {
      if (part.length === 0 || part.some((row) => labels[row] === label)) continue;
      const giver = mostOf(parts, labels, label);
      const taken = giver?.find((row) => labels[row] === label);
      const given = part.find((row) => countOf(part, labels, labels[row]!) > 1);
      if (giver === undefined || taken === undefined || given === undefined) continue;
      giver[giver.indexOf(taken)] = given;
      part[part.indexOf(given)] = taken;
    }
}

/** The part with the most rows of a class, if these are several. */
function mostOf(
  parts: readonly number[][],
  labels: Float32Array,
  label: number,
): number[] | undefined {
  const counts = parts.map((part) => countOf(part, labels, label));
  const most = indexOfLargest(counts);
  return counts[most]! > 1 ? parts[most] : undefined;
}

function countOf(rows: readonly number[], labels: Float32Array, label: number): number {
  return rows.reduce((count, row) => count + Number(labels[row] === label), 0);
}
