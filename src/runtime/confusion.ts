import { classNameOf } from "./labels.ts";

/** How often each class was taken for each: a row for the right class, a column for what was predicted. */
export interface ConfusionTable {
  readonly classes: readonly string[];
  readonly counts: readonly (readonly number[])[];
}

/** Counts predictions by their right classes. A prediction that is no class (scores that are no numbers) is counted nowhere. */
export function countConfusions(
  actual: Float32Array,
  predicted: Float32Array,
  size: number,
  names: readonly string[] | undefined,
): ConfusionTable {
  const counts = Array.from({ length: size }, () => Array.from({ length: size }, () => 0));
  actual.forEach((right, index) => {
    const row = counts[right];
    const column = predicted[index] as number;
    if (row !== undefined && row[column] !== undefined) row[column]++;
  });
  return { classes: counts.map((_, number) => classNameOf(names, number)), counts };
}

/** More classes than this are not printed whole: the confusions that are most frequent are named instead. */
const mostPrinted = 20;
const mostNamed = 10;

/** The table as lines, right classes downwards and predictions across, with the share of each class that was found. */
export function describeConfusion(name: string, { classes, counts }: ConfusionTable): string[] {
  if (classes.length > mostPrinted) return describeWorst(name, { classes, counts });
  const shares = counts.map((row, index) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return total === 0
      ? "none"
      : `${((100 * (row[index] as number)) / total).toFixed(1)} % of ${total}`;
  });
  const cells = counts.map((row) => row.map((count) => (count === 0 ? "." : String(count))));
  const widths = classes.map((label, column) =>
    Math.max(label.length, ...cells.map((row) => (row[column] as string).length)),
  );
  const first = Math.max(...classes.map((label) => label.length));
  const line = (label: string, row: readonly string[], end: string): string =>
    `  ${label.padEnd(first)}  ${row.map((cell, column) => cell.padStart(widths[column] as number)).join("  ")}  ${end}`.trimEnd();
  return [
    `${name} (right class downwards, predicted across):`,
    line("", classes, "found"),
    ...cells.map((row, index) => line(classes[index] as string, row, shares[index] as string)),
  ];
}

function describeWorst(name: string, { classes, counts }: ConfusionTable): string[] {
  const confusions = counts
    .flatMap((row, right) =>
      row.map((count, taken) => ({ right, taken, count: right === taken ? 0 : count })),
    )
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count);
  const lines = confusions
    .slice(0, mostNamed)
    .map(({ right, taken, count }) => `  ${classes[right]} taken for ${classes[taken]}: ${count}`);
  return [
    `${name} (${classes.length} classes; the most frequent of ${confusions.length} confusions, all with --format json):`,
    ...lines,
  ];
}
