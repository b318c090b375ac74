/** The middle value; of an even number of values the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  if (values.length === 0) return NaN;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * How many times faster `ours` is than `theirs`: the median over the rounds of the ratio within a round, so that what slows the
 * machine down for a while slows both and cancels.
 */
export function ratio(ours: readonly number[], theirs: readonly number[]): number {
  const rounds = Math.min(ours.length, theirs.length);
  return median(Array.from({ length: rounds }, (_, round) => ours[round]! / theirs[round]!));
}

/** The largest relative difference between losses of the same steps, as far as both go. */
export function lossDifference(ours: readonly number[], theirs: readonly number[]): number {
  const steps = Math.min(ours.length, theirs.length);
  if (steps === 0) return NaN;
  let worst = 0;
  for (let step = 0; step < steps; step++) {
    const difference =
      Math.abs(ours[step]! - theirs[step]!) / Math.max(Math.abs(theirs[step]!), 1e-3);
    worst = Math.max(worst, difference); // a NaN stays
  }
  return worst;
}

/** Three significant figures, without exponents. */
export function figures(value: number): string {
  if (!Number.isFinite(value)) return "–";
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en-US");
  return value.toPrecision(3);
}
